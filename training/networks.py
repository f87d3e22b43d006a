"""The networks, as Keras models. Input: (28, 28, 1), 0-255, white digit on black; each network normalises itself.

Each function takes the settings of training/settings/NAME.json and returns a model whose answer is the layer
``probabilities``. The outputs of the stages that are worth looking at are named layers, ``block1``, ``block2`` ...
"""

import keras
import tensorflow as tf
from keras import layers

# Mean and standard deviation of the pixels of MNIST's training images.
MNIST_MEAN = 33.32
MNIST_DEVIATION = 78.57


@keras.saving.register_keras_serializable("digitlens")
class FusedBatchNormalization(layers.BatchNormalization):
    """Batch normalization, trained with TensorFlow's fused kernel: an epoch takes two thirds of the time on a CPU.

    For training only: for_use() puts the plain layer, which any Keras can load, in its place.
    """

    def call(self, inputs, training=False):
        if not training:
            return super().call(inputs, training=False)
        outputs, mean, variance, *_ = tf.raw_ops.FusedBatchNormV3(
            x=inputs,
            scale=self.gamma.value,
            offset=self.beta.value,
            mean=(),
            variance=(),
            epsilon=self.epsilon,
            is_training=True,
        )
        for moving, new in ((self.moving_mean, mean), (self.moving_variance, variance)):
            moving.assign(moving * self.momentum + new * (1 - self.momentum))
        return outputs


def for_use(model: keras.Model) -> keras.Model:
    """Return the same network as what is saved, exported and measured: float32, layers of plain Keras only."""

    def plain(layer: layers.Layer) -> layers.Layer:
        config = {**layer.get_config(), "dtype": "float32"}
        kind = layers.BatchNormalization if isinstance(layer, FusedBatchNormalization) else type(layer)
        return kind.from_config(config)

    keras.config.set_dtype_policy("float32")  # the input layer takes the policy of the day
    copy = keras.models.clone_model(model, clone_function=plain)
    copy.set_weights(model.get_weights())
    # Around the same layers, without the optimizer that clone_model() brings along: it is twice the weights.
    return keras.Model(copy.input, copy.output, name=model.name)


def mnist_cnn(settings: dict) -> keras.Model:
    """Return our CNN: blocks of Conv3x3-BN-ReLU, pooling after the first ones, global average, dropout, softmax.

    ``settings`` gives ``blocks`` (for each block, the filters of its convolutions in turn), ``pooled_blocks`` and
    ``dropout``. The design is reference D's, with two narrower convolutions in place of one; the global average before
    the only dense layer makes its class activation maps exact.
    """
    image, x = image_input()
    for number, filters in enumerate(settings["blocks"], start=1):
        for place, count in enumerate(filters, start=1):
            suffix = f"{number}{'abc'[place - 1]}" if len(filters) > 1 else f"{number}"
            relu = f"block{number}" if place == len(filters) else f"relu{suffix}"
            x = convolution(x, count, suffix=suffix, relu=relu)
        if number <= settings["pooled_blocks"]:
            x = layers.MaxPooling2D(name=f"pool{number}")(x)
    x = layers.GlobalAveragePooling2D(name="global_average")(x)
    x = layers.Dropout(settings["dropout"], name="dropout")(x)
    return _answer(image, x, settings)


def mlp(settings: dict) -> keras.Model:
    """Return reference C's multilayer perceptron: 784-128-64-10 with ReLU, batch normalization and dropout."""
    image, x = image_input()
    x = layers.Flatten(name="flatten")(x)
    for number, units in enumerate(settings["units"], start=1):
        x = layers.Dense(units, use_bias=False, name=f"dense{number}")(x)
        x = layers.BatchNormalization(name=f"batch_norm{number}")(x)
        x = layers.ReLU(name=f"block{number}")(x)
        x = layers.Dropout(settings["dropout"], name=f"dropout{number}")(x)
    return _answer(image, x, settings)


def cnn3(settings: dict) -> keras.Model:
    """Return reference B's CNN: three convolutions with ReLU, two poolings between them, a dense layer of 64."""
    image, x = image_input()
    for number, filters in enumerate(settings["filters"], start=1):
        x = layers.Conv2D(filters, 3, activation="relu", name=f"block{number}")(x)
        if number < len(settings["filters"]):
            x = layers.MaxPooling2D(name=f"pool{number}")(x)
    x = layers.Flatten(name="flatten")(x)
    x = layers.Dense(settings["dense"], activation="relu", name="dense")(x)
    return _answer(image, x, settings)


def cnn_flask(settings: dict) -> keras.Model:
    """Return reference C's CNN: convolution, ReLU, batch normalization and pooling, three times; dense layer of 128."""
    image, x = image_input()
    for number, filters in enumerate(settings["filters"], start=1):
        x = layers.Conv2D(filters, 3, padding="same", activation="relu", name=f"block{number}")(x)
        x = FusedBatchNormalization(name=f"batch_norm{number}")(x)
        x = layers.MaxPooling2D(name=f"pool{number}")(x)
    x = layers.Flatten(name="flatten")(x)
    x = layers.Dense(settings["dense"], activation="relu", name="dense")(x)
    x = layers.Dropout(settings["dropout"], name="dropout")(x)
    return _answer(image, x, settings)


def resnet10(settings: dict) -> keras.Model:
    """Return reference A's ResNet-10: a stem, two residual blocks of 64 filters, two of 128 at half the size.

    Source: K. He et al., "Deep residual learning for image recognition", CVPR 2016.
    ``stem_stride`` of the settings: the stem's stride; 2, as in the paper, costs a quarter of 1.
    """
    image, x = image_input()
    x = convolution(x, settings["filters"][0], suffix="_stem", relu="relu_stem", stride=settings["stem_stride"])
    number = 0
    for stage, filters in enumerate(settings["filters"]):
        for place in range(2):
            number += 1
            stride = 2 if stage > 0 and place == 0 else 1
            y = convolution(x, filters, suffix=f"{number}a", relu=f"relu{number}a", stride=stride)
            y = convolution(y, filters, suffix=f"{number}b")
            if stride > 1:
                x = convolution(x, filters, suffix=f"{number}_shortcut", stride=stride, size=1)
            x = layers.Add(name=f"sum{number}")([x, y])
            x = layers.ReLU(name=f"block{number}")(x)
    x = layers.GlobalAveragePooling2D(name="global_average")(x)
    return _answer(image, x, settings)


def image_input() -> tuple[keras.KerasTensor, keras.KerasTensor]:
    """Return the input and the input normalised to mean 0 and deviation 1."""
    image = keras.Input((28, 28, 1), name="image")
    normalise = layers.Rescaling(1 / MNIST_DEVIATION, offset=-MNIST_MEAN / MNIST_DEVIATION, name="normalisation")
    return image, normalise(image)


def convolution(x, filters: int, *, suffix: str, relu: str | None = None, stride: int = 1, size: int = 3):
    """Convolution, batch normalization and, where it has a name, ReLU."""
    x = layers.Conv2D(filters, size, strides=stride, padding="same", use_bias=False, name=f"conv{suffix}")(x)
    x = FusedBatchNormalization(name=f"batch_norm{suffix}")(x)
    return layers.ReLU(name=relu)(x) if relu else x


def _answer(image, x, settings: dict) -> keras.Model:
    probabilities = layers.Dense(10, activation="softmax", dtype="float32", name="probabilities")(x)
    return keras.Model(image, probabilities, name=settings["network"])


NETWORKS = {network.__name__: network for network in (mnist_cnn, mlp, cnn3, cnn_flask, resnet10)}
