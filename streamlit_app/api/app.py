"""The addresses of the API. Each takes photos, asks the library, and answers in the form of inference.schema."""

import time
from typing import Annotated, Literal

from fastapi import Query, Request, UploadFile
from fastapi.responses import JSONResponse, RedirectResponse
from fastapi.routing import APIRouter
from fastapi_offline import FastAPIOffline
from pydantic import BaseModel, ConfigDict, Field
from starlette.concurrency import run_in_threadpool
from starlette.types import ASGIApp

from api import networks
from api.errors import ApiError, photo_error, say_errors_in_one_form
from api.guard import Guard
from api.workers import TooSlow, Workers
from inference import (
    Classifier,
    Config,
    NetworkUnavailable,
    PhotoError,
    Reading,
    __version__,
    read_digit,
    read_number,
)
from inference.archive import is_zip, photos_in, shown_name
from inference.classifier import DEFAULT_NETWORK
from inference.limits import MEBIBYTE, Limits
from inference.schema import (
    DigitRecord,
    DigitRecordOfAll,
    NetworkRecord,
    NumberRecord,
    Problem,
    as_json,
    digit_error,
    digit_record,
    network_error,
    network_record,
    number_record,
    with_networks,
)
from inference.steps import REMBG_MODES

router = APIRouter()


class ErrorBody(BaseModel):
    """What every request that is not answered gets."""

    error: Problem


REFUSED = {
    status: {"model": ErrorBody, "description": words}
    for status, words in {
        408: "The upload took too long.",
        413: "The upload, the picture or the ZIP is too large.",
        415: "The file is no image.",
        422: "The photo is damaged, or a parameter is wrong.",
        503: "The server is busy, or the network is not usable: see Retry-After.",
    }.items()
}

MODEL = "The network that reads: see /api/models."


class NetworkOption(BaseModel):
    """Which network reads, from the address's query; a parameter of another name is refused."""

    model_config = ConfigDict(extra="forbid")

    model: str = Field(DEFAULT_NETWORK, description=MODEL)


class Options(NetworkOption):
    """How to read a digit, from the address's query."""

    tta: bool = Field(False, description="Test-time augmentation: the mean over several looks.")
    rembg: Literal[REMBG_MODES] = Field("auto", description="Background removal.")


class PredictOptions(Options):
    """How to read the digit of one photo."""

    all_models: bool = Field(False, description="Also what every other network reads.")


TOO_LATE = PhotoError("too_slow", "The time of this request was over: send this photo in another one.")


def create_api(limits: Limits) -> ASGIApp:
    """Return the API as an ASGI application, to be mounted; ``limits``: how much it takes on."""
    api = FastAPIOffline(
        title="DigitLens",
        version=__version__,
        summary="Reads handwritten digits in photos. Nothing is stored.",
        docs_url="/docs",
        redoc_url=None,
        # Else /predict/ would be sent on to an http address, also where a proxy speaks HTTPS, and with no word in JSON.
        redirect_slashes=False,
        # By default the page asks a validator on the web about this API, and FastAPI reports to OpenTelemetry.
        swagger_ui_parameters={"validatorUrl": None},
        telemetry={"tracing": False, "metrics": False, "logs": False, "operation_spans": False},
    )
    api.state.limits = limits
    api.state.workers = Workers(limits.predictions, limits.queue, limits.seconds)
    api.include_router(router)
    say_errors_in_one_form(api)
    return Guard(api, api.state.workers, limits)


@router.post("/predict", response_model=DigitRecordOfAll | DigitRecord, responses=REFUSED)
async def predict(request: Request, file: UploadFile, how: Annotated[PredictOptions, Query()]) -> JSONResponse:
    """Read the one digit in a photo."""
    await _check_form(request, most=1)
    data = await _bytes(file, _limits(request))
    return JSONResponse(await _run(request, _predict, _name(file), data, how))


@router.post("/read", response_model=NumberRecord, responses=REFUSED)
async def read(request: Request, file: UploadFile, how: Annotated[NetworkOption, Query()]) -> JSONResponse:
    """Read every digit in a photo, in reading order: numbers, rows of them."""
    await _check_form(request, most=1)
    data = await _bytes(file, _limits(request))
    return JSONResponse(await _run(request, _read, _name(file), data, how.model))


@router.post("/batch", response_model=list[DigitRecord], responses=REFUSED)
async def batch(request: Request, file: list[UploadFile], how: Annotated[Options, Query()]) -> JSONResponse:
    """Read the digit in each of several photos, or in each photo of a ZIP: one row a photo, with its error if any."""
    limits = _limits(request)
    await _check_form(request)
    deadline = time.monotonic() + limits.seconds
    rows = []
    async for name, photo in _given(request, file, limits):
        if len(rows) == limits.batch_files:
            raise ApiError(413, "too_many_files", f"There are more than {limits.batch_files} files: send fewer.")
        try:
            if time.monotonic() > deadline:
                raise TooSlow
            rows.append(await _run(request, _row, name, photo, how))
        except TooSlow:
            rows.append(as_json(digit_error(name, TOO_LATE)))
    return JSONResponse(rows)


@router.get("/models", response_model=list[networks.NetworkSummary])
async def models() -> list[networks.NetworkSummary]:
    """List the networks, the default one first."""
    return await run_in_threadpool(networks.summaries)


@router.get("/health", response_model=networks.Health)
async def health() -> networks.Health:
    """Say whether everything is in place; what is not is named, and the rest works."""
    return await run_in_threadpool(networks.health)


@router.get("/", include_in_schema=False)
def start(request: Request) -> RedirectResponse:
    return RedirectResponse(f"{request.scope['root_path']}/docs")


def _limits(request: Request) -> Limits:
    return request.app.state.limits


async def _run(request: Request, *work):
    return await request.app.state.workers.run(*work)


async def _check_form(request: Request, most: int | None = None) -> None:
    """Refuse what would else be passed over in silence: more files than ``most``, and fields that are none."""
    form = await request.form()  # read already, and kept
    if most and len(form.getlist("file")) > most:
        raise ApiError(422, "too_many_files", "This address takes one photo: send several to /api/batch.")
    for name in form:
        if name != "file":
            sentence = (
                f"The form has the field {name[:40]!r}: only file is one. Settings go into the address, after a ?."
            )
            raise ApiError(422, "unknown_field", sentence)


async def _bytes(file: UploadFile, limits: Limits) -> bytes:
    if (file.size or 0) > limits.upload_mb * MEBIBYTE:
        raise photo_error(_too_large(limits))
    return await file.read()


def _too_large(limits: Limits) -> PhotoError:
    return PhotoError("too_large", f"The photo is larger than {limits.upload_mb} MB: send a smaller one.")


def _name(file: UploadFile) -> str:
    return shown_name((file.filename or "").replace("\\", "/").rsplit("/", 1)[-1])


async def _given(request: Request, files: list[UploadFile], limits: Limits):
    """Yield the name and the bytes of each photo, one at a time, those in a ZIP too; or why it cannot be had."""
    for file in files:
        if (file.size or 0) > limits.upload_mb * MEBIBYTE and not is_zip(await file.read(4)):
            yield _name(file), _too_large(limits)
            continue
        await file.seek(0)
        data = await file.read()
        if not is_zip(data):
            yield _name(file), data
            continue
        photos = await _run(request, photos_in, data, limits)
        while photo := await _run(request, next, photos, None):
            yield photo


def _predict(name: str, data: bytes, how: PredictOptions) -> dict:
    reading = _reading(data, how)
    record = digit_record(name, reading)
    if how.all_models:
        record = with_networks(record, {each: _by_network(each, reading, how.tta) for each in networks.known_names()})
    return as_json(record)


def _row(name: str, photo: bytes | PhotoError, how: Options) -> dict:
    try:
        if isinstance(photo, PhotoError):
            raise photo
        return as_json(digit_record(name, _reading(photo, how)))
    except PhotoError as error:
        return as_json(digit_error(name, error))


def _read(name: str, data: bytes, model: str) -> dict:
    return as_json(number_record(name, read_number(data, _network(model))))


def _reading(data: bytes, how: Options) -> Reading:
    return read_digit(data, _network(how.model), Config(rembg=how.rembg), tta=how.tta)


def _by_network(name: str, reading: Reading, tta: bool) -> NetworkRecord:
    try:
        network = networks.network(name)
    except NetworkUnavailable:
        return network_error(Problem("network_unavailable", networks.unusable(name)))
    digit = reading.preprocessed.digit
    if digit is None:
        return network_record(None, 0.0)
    started = time.perf_counter()
    prediction = network.predict(digit, tta=tta)
    return network_record(prediction, (time.perf_counter() - started) * 1000)


def _network(name: str) -> Classifier:
    if not networks.is_known(name):
        names = ", ".join(networks.known_names())
        raise ApiError(422, "unknown_model", f"There is no network {name[:50]!r}: choose one of {names}.")
    try:
        return networks.network(name)
    except NetworkUnavailable as error:
        raise ApiError(503, "network_unavailable", networks.unusable(name)) from error
