"""The light on a scene and the camera that takes it.

A light is a function of a Site and a generator and returns how bright the scene is where, (R, C, 3) float32, 1 for full
light. A camera takes the picture, (R, C, 3) float32, RGB 0-255, and returns the photo, (R, C, 3) uint8.
"""

import math
from collections.abc import Callable

import cv2
import numpy as np

from training.scene_grounds import Site
from training.scene_pens import noise

Light = Callable[[Site, np.random.Generator], np.ndarray]
Camera = Callable[[np.ndarray, Site, np.random.Generator], np.ndarray]

# Light changes slowly: it is painted on a copy whose longer side is this, and enlarged.
SMALL_SIDE = 320


def _small_shape(site: Site) -> tuple[int, int]:
    scale = min(1.0, SMALL_SIDE / max(site.shape))
    return max(8, round(site.rows * scale)), max(8, round(site.columns * scale))


def _places(shape: tuple[int, int]) -> tuple[np.ndarray, np.ndarray]:
    """Return row and column of every pixel from the middle, in units of the shorter side: (R, 1) and (1, C)."""
    rows, columns = shape
    short = min(shape)
    row = (np.arange(rows, dtype=np.float32)[:, None] - rows / 2) / short
    return row, (np.arange(columns, dtype=np.float32)[None] - columns / 2) / short


def _enlarged(light: np.ndarray, site: Site) -> np.ndarray:
    return np.atleast_3d(cv2.resize(light.astype(np.float32), site.shape[::-1], interpolation=cv2.INTER_LINEAR))


def _tint(rng: np.random.Generator, strength: float) -> np.ndarray:
    """Return the colour of a light, (3,) float32, the strongest channel 1: warmer or cooler, a little green or pink."""
    warm, green = rng.uniform(-1, 1.3) * strength, rng.uniform(-0.3, 0.3) * strength
    colour = np.array([1 + warm, 1 + green, 1 - warm], np.float32)
    return colour / colour.max()


def _falloff(shape: tuple[int, int], rng: np.random.Generator, strongest: float) -> np.ndarray:
    """Light from one side, and less of it in the corners: (R, C), 1 at the brightest."""
    row, column = _places(shape)
    angle = rng.uniform(0, 2 * np.pi)
    slope = rng.uniform(0, strongest) * (math.cos(angle) * column + math.sin(angle) * row)
    corners = rng.uniform(0, 0.5 * strongest) * (np.square(row) + np.square(column))
    light = 1 + slope - corners
    return np.clip(light / light.max(), 0.15, 1)


def daylight(site: Site, rng: np.random.Generator) -> np.ndarray:
    """Nearly even light, as bright as phones make paper: from light grey to white."""
    light = _falloff(_small_shape(site), rng, 0.18) * np.float32(rng.uniform(0.66, 1.02))
    return _enlarged(light, site) * _tint(rng, 0.05)


def uneven_light(site: Site, rng: np.random.Generator) -> np.ndarray:
    """A lamp, a window or the writer's own soft shadow: strong slopes, vignettes and a cast of colour."""
    shape = _small_shape(site)
    kind = rng.random()
    light = _falloff(shape, rng, 0.35)
    row, column = _places(shape)
    if kind < 0.35:
        # A lamp's spot; the digit is not in its darkest part.
        at_row = (site.box[0] + site.box[2] / 2 - site.rows / 2) / site.short + rng.normal(0, 0.35)
        at_column = (site.box[1] + site.box[3] / 2 - site.columns / 2) / site.short + rng.normal(0, 0.35)
        away = np.square(row - np.float32(at_row)) + np.square(column - np.float32(at_column))
        light = light * (0.35 + 0.65 * np.exp(-away / np.float32(2 * rng.uniform(0.35, 0.7) ** 2)))
    elif kind < 0.7:
        for _ in range(int(rng.integers(1, 3))):
            soft = cv2.GaussianBlur(_shadow(shape, rng), (0, 0), rng.uniform(0.05, 0.16) * min(shape))
            light = light * (1 - np.float32(rng.uniform(0.3, 0.65)) * soft)
    else:
        vignette = np.square(row / (shape[0] / min(shape))) + np.square(column / (shape[1] / min(shape)))
        light = light * (1 - np.float32(rng.uniform(0.8, 1.5)) * np.clip(vignette, 0, 0.5))
    light = np.clip(light, 0.12, 1) * np.float32(rng.uniform(0.6, 1.0))
    return _enlarged(light, site) * _tint(rng, 0.14)


def _shadow(shape: tuple[int, int], rng: np.random.Generator) -> np.ndarray:
    """Return the outline of what stands in the light, (R, C) float32, 1 in its shadow: an edge, a phone, a hand."""
    rows, columns = shape
    short, far = min(shape), 3 * max(shape)
    mask = np.zeros(shape, np.uint8)
    middle = rng.uniform(0.15, 0.85, 2) * (columns, rows)
    angle = rng.uniform(0, 2 * np.pi)
    way = np.array([math.cos(angle), math.sin(angle)])
    across = np.array([-way[1], way[0]])
    kind = rng.random()
    if kind < 0.65:
        # All that lies behind an edge; or a phone, an arm, a ruler that comes in from one side.
        half = (far if kind < 0.35 else rng.uniform(0.12, 0.3) * short) * across
        corners = [middle + half, middle - half, middle - half + far * way, middle + half + far * way]
        cv2.fillPoly(mask, [np.round(corners).astype(np.int32)], 1)
        return mask.astype(np.float32)
    palm = middle + rng.uniform(0.25, 0.45) * short * way
    ends = [(palm + far * way, 0.24), (palm, 0.4)]
    for finger in range(4):
        turned = angle + np.pi + (finger - 1.5) * rng.uniform(0.2, 0.32)
        ends.append((palm + rng.uniform(0.35, 0.5) * short * np.array([np.cos(turned), np.sin(turned)]), 0.065))
    for end, width in ends:
        points = [np.round([palm, end]).astype(np.int32)]
        cv2.polylines(mask, points, False, 1, max(2, round(width * short)))
    return mask.astype(np.float32)


def hard_shadow(site: Site, rng: np.random.Generator) -> np.ndarray:
    """Sun or a near lamp: the shadow of a hand, a phone or an edge, with a sharp rim, on part of the picture."""
    shape = _small_shape(site)
    light = _falloff(shape, rng, 0.15)
    shadow = _shadow(shape, rng)
    if shadow.mean() > 0.93 or shadow.mean() < 0.02:
        shadow = _shadow(shape, rng)
    shadow = cv2.GaussianBlur(shadow, (0, 0), rng.uniform(0.8, 4) * min(shape) / 240)
    if rng.random() < 0.2:
        # A window's bars.
        row, column = _places(shape)
        angle = rng.uniform(0, np.pi)
        across = math.cos(angle) * column + math.sin(angle) * row
        bars = np.sin(across * np.float32(2 * np.pi / rng.uniform(0.35, 0.8)))
        shadow = np.clip(0.5 + bars * 6, 0, 1)
    depth = np.float32(rng.uniform(0.25, 0.55))
    # The sky lights what the sun does not: shadows are a little blue.
    colour = np.array([1.0, 0.98, 0.92], np.float32)
    shade = light * np.float32(rng.uniform(0.75, 1.05))
    return _enlarged(shade[..., None] * (1 - depth * shadow[..., None] * colour), site) * _tint(rng, 0.05)


def board_light(site: Site, rng: np.random.Generator) -> np.ndarray:
    """A classroom: slopes of light; where lamps are mirrored, see glare()."""
    light = _falloff(_small_shape(site), rng, 0.3) * np.float32(rng.uniform(0.62, 1.0))
    return _enlarged(light, site) * _tint(rng, 0.06)


def scanner_lamp(site: Site, rng: np.random.Generator) -> np.ndarray:
    """The even light of a flatbed scanner."""
    return np.ones((site.rows, site.columns, 3), np.float32)


def any_light(site: Site, rng: np.random.Generator) -> np.ndarray:
    """One of the lights on paper."""
    return (daylight, uneven_light, hard_shadow)[int(rng.integers(3))](site, rng)


def glare(picture: np.ndarray, site: Site, rng: np.random.Generator) -> None:
    """Mirror one or two lamps in a smooth ground, in place; none covers the digit by more than a veil."""
    shape = _small_shape(site)
    row, column = _places(shape)
    for _ in range(int(rng.integers(0, 3))):
        at_row, at_column = rng.uniform(-0.6, 0.6, 2)
        high, wide = rng.uniform(0.08, 0.3, 2)
        away = np.square((row - np.float32(at_row)) / np.float32(high))
        away = away + np.square((column - np.float32(at_column)) / np.float32(wide))
        picture += _enlarged(np.float32(rng.uniform(15, 60)) * np.exp(-away), site)


# --- Cameras -------------------------------------------------------------------------------------------------


def _jpeg(picture: np.ndarray, quality: int) -> np.ndarray:
    """Return the picture as a JPEG file shows it: (R, C, 3) RGB float -> uint8."""
    bgr = np.clip(picture[..., ::-1], 0, 255).astype(np.uint8)
    file = cv2.imencode(".jpg", bgr, [cv2.IMWRITE_JPEG_QUALITY, quality])[1]
    return cv2.cvtColor(cv2.imdecode(file, cv2.IMREAD_COLOR), cv2.COLOR_BGR2RGB)


def _with_sensor_noise(picture: np.ndarray, rng: np.random.Generator, strength: float, size: float) -> np.ndarray:
    """Add noise of a deviation of ``strength`` of 255 steps, in the light and, in larger blotches, in the colour."""
    shape = picture.shape[:2]
    picture = picture + (strength * noise(shape, rng, size))[..., None]
    if strength > 4:
        for channel in (0, 2):
            picture[..., channel] += 0.6 * strength * noise(shape, rng, 3 * size)
    return picture


def phone(picture: np.ndarray, site: Site, rng: np.random.Generator) -> np.ndarray:
    """A good photo: nearly sharp, a little noise, mild compression."""
    picture = cv2.GaussianBlur(picture, (0, 0), rng.uniform(0.4, 1.1))
    return _jpeg(_with_sensor_noise(picture, rng, rng.uniform(0.5, 3), 1.0), int(rng.integers(70, 96)))


def scanner(picture: np.ndarray, site: Site, rng: np.random.Generator) -> np.ndarray:
    """A flatbed scanner, in grey half of the time: sharp, hardly any noise, any compression."""
    if rng.random() < 0.5:
        picture = np.repeat(picture @ np.array([[0.3], [0.59], [0.11]], np.float32), 3, axis=2)
    picture = cv2.GaussianBlur(picture, (0, 0), rng.uniform(0.3, 0.7))
    return _jpeg(_with_sensor_noise(picture, rng, rng.uniform(0.3, 2), 1.0), int(rng.integers(40, 96)))


def noisy_phone(picture: np.ndarray, site: Site, rng: np.random.Generator) -> np.ndarray:
    """A dark room, or a picture that was sent from phone to phone: strong noise, or strong compression, or both."""
    kind = rng.random()
    if kind < 0.7:
        picture = picture * np.float32(rng.uniform(0.45, 0.9))
    strength = rng.uniform(8, 24) if kind < 0.7 else rng.uniform(1, 4)
    # The little light that there is drowns in no noise: a person still reads the digit.
    strength = min(strength, 0.14 * float(picture[::16, ::16].mean()))
    quality = int(rng.integers(8, 32)) if kind > 0.4 else int(rng.integers(50, 90))
    picture = cv2.GaussianBlur(picture, (0, 0), rng.uniform(0.5, 1.0))
    return _jpeg(_with_sensor_noise(picture, rng, strength, rng.uniform(1, 1.8)), quality)


def out_of_focus(picture: np.ndarray, site: Site, rng: np.random.Generator) -> np.ndarray:
    """Defocus: every point becomes a disc, up to a sixth of the digit wide."""
    radius = max(1.2, rng.uniform(0.025, 0.085) * site.size)
    side = 2 * int(np.ceil(radius)) + 1
    away = np.arange(side, dtype=np.float32) - side // 2
    disc = np.clip(np.float32(radius + 0.5) - np.hypot(away[:, None], away[None]), 0, 1)
    picture = cv2.filter2D(picture, -1, disc / disc.sum(), borderType=cv2.BORDER_REFLECT)
    return phone(picture, site, rng)


def shaken(picture: np.ndarray, site: Site, rng: np.random.Generator) -> np.ndarray:
    """Motion blur: every point becomes a short, slightly bent line, up to a sixth of the digit long."""
    length = max(3.0, rng.uniform(0.05, 0.17) * site.size)
    side = 2 * int(np.ceil(length / 2)) + 3
    angle, bend = rng.uniform(0, np.pi), rng.uniform(-0.3, 0.3)
    steps = np.linspace(-0.5, 0.5, 15)
    along, across = steps * length, bend * length * (np.square(steps) - 0.1)
    points = np.stack(
        [math.cos(angle) * along - math.sin(angle) * across, math.sin(angle) * along + math.cos(angle) * across], axis=1
    )
    way = np.zeros((side, side), np.uint8)
    cv2.polylines(way, [np.round((points + side / 2) * 16).astype(np.int32)], False, 255, 1, cv2.LINE_AA, shift=4)
    kernel = way.astype(np.float32)
    picture = cv2.filter2D(picture, -1, kernel / kernel.sum(), borderType=cv2.BORDER_REFLECT)
    return phone(picture, site, rng)


def any_camera(picture: np.ndarray, site: Site, rng: np.random.Generator) -> np.ndarray:
    """One of the cameras."""
    return (phone, out_of_focus, shaken, noisy_phone)[int(rng.integers(4))](picture, site, rng)


def reduced(picture: np.ndarray, site: Site, rng: np.random.Generator, times: int) -> np.ndarray:
    """A small image: as a phone takes it, then ``times`` smaller on both sides by area averaging."""
    size = picture.shape[1] // times, picture.shape[0] // times
    small = cv2.resize(cv2.GaussianBlur(picture, (0, 0), 1.5), size, interpolation=cv2.INTER_AREA)
    return _jpeg(_with_sensor_noise(small, rng, rng.uniform(0.5, 4), 1.0), int(rng.integers(70, 98)))
