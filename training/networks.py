"""The networks, as Keras models. Input: (28, 28, 1), 0-255, white digit on black; each network normalises itself."""

import keras
from keras import layers

# Mean and standard deviation of the pixels of MNIST's training images.
MNIST_MEAN = 33.32
MNIST_DEVIATION = 78.57


def mnist_cnn(settings: dict) -> keras.Model:
    """Return the 4-block CNN: Conv3x3-BN-ReLU blocks, pooling after the first, global average, dropout, softmax.

    ``settings`` gives ``filters`` (one number a block), ``pooled_blocks`` and ``dropout``.
    The outputs of the blocks are named layers: ``block1`` ... ``block4``; the answer is ``probabilities``.
    """
    image = keras.Input((28, 28, 1), name="image")
    x = layers.Rescaling(1 / MNIST_DEVIATION, offset=-MNIST_MEAN / MNIST_DEVIATION, name="normalisation")(image)
    for number, filters in enumerate(settings["filters"], start=1):
        x = layers.Conv2D(filters, 3, padding="same", use_bias=False, name=f"conv{number}")(x)
        x = layers.BatchNormalization(name=f"batch_norm{number}")(x)
        x = layers.ReLU(name=f"block{number}")(x)
        if number <= settings["pooled_blocks"]:
            x = layers.MaxPooling2D(name=f"pool{number}")(x)
    x = layers.GlobalAveragePooling2D(name="global_average")(x)
    x = layers.Dropout(settings["dropout"], name="dropout")(x)
    probabilities = layers.Dense(10, activation="softmax", dtype="float32", name="probabilities")(x)
    return keras.Model(image, probabilities, name="mnist_cnn")


NETWORKS = {"mnist_cnn": mnist_cnn}
