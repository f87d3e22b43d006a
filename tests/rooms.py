"""The rooms of the pages that have some: page -> their names, in their order."""

ROOMS = {
    "architecture": ("walk", "lessons", "layers", "training"),
    "performance": ("summary", "photos", "test", "damaged", "networks", "speed"),
}
