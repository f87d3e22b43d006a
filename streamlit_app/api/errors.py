"""Every error of the API in one form, ``{"error": {"code", "message"}}``: one sentence, never a traceback."""

import logging

from fastapi import FastAPI, Request
from fastapi.exceptions import RequestValidationError
from fastapi.responses import JSONResponse
from starlette.exceptions import HTTPException

from inference.photo import PhotoError

log = logging.getLogger(__name__)

# What is wrong with a photo is said with 422, but for these.
STATUS_OF_PHOTO = {"too_large": 413, "zip_too_large": 413, "too_many_files": 413, "not_an_image": 415}
CODES = {404: "not_found", 405: "method_not_allowed", 413: "too_large"}
MESSAGES = {
    404: "There is nothing at this address: /api/docs lists what there is.",
    405: "This address does not take this method: /api/docs lists what there is.",
}


class ApiError(HTTPException):
    """A request that is not answered. An HTTPException, so that it passes through the reading of a form as it is."""

    def __init__(self, status: int, code: str, message: str, retry_after: int | None = None):
        super().__init__(status, message, None if retry_after is None else {"Retry-After": str(retry_after)})
        self.code = code

    @property
    def response(self) -> JSONResponse:
        return error_response(self.status_code, self.code, self.detail, self.headers)


def error_response(status: int, code: str, message: str, headers: dict | None = None) -> JSONResponse:
    """Return an error as the API sends it."""
    return JSONResponse({"error": {"code": code, "message": message}}, status, headers)


def say_errors_in_one_form(api: FastAPI) -> None:
    """Have the API answer every error by error_response, FastAPI's own too."""
    api.add_exception_handler(HTTPException, _http_error)
    api.add_exception_handler(RequestValidationError, _invalid)
    api.add_exception_handler(PhotoError, _photo_error)
    api.add_exception_handler(Exception, _unforeseen)


def photo_error(error: PhotoError) -> ApiError:
    """Return what is wrong with a photo as an error of the API."""
    return ApiError(STATUS_OF_PHOTO.get(error.code, 422), error.code, error.message)


def _http_error(request: Request, error: HTTPException) -> JSONResponse:
    code = getattr(error, "code", CODES.get(error.status_code, "bad_request"))
    return error_response(error.status_code, code, MESSAGES.get(error.status_code, str(error.detail)), error.headers)


def _invalid(request: Request, error: RequestValidationError) -> JSONResponse:
    first = error.errors()[0]
    name = first["loc"][-1]
    if first["loc"][0] == "body":
        message = f"Send a file in the field {name!r} of a multipart form."
    elif first["type"] == "extra_forbidden":
        message = f"There is no parameter {str(name)[:50]!r} at this address: /api/docs lists those that there are."
    else:
        message = f"The parameter {name!r} is wrong: {first['msg'][0].lower()}{first['msg'][1:]}."
    return error_response(422, "bad_request", message)


def _photo_error(request: Request, error: PhotoError) -> JSONResponse:
    return photo_error(error).response


def _unforeseen(request: Request, error: Exception) -> JSONResponse:
    # Starlette raises the error again once this is sent: the server's log holds the traceback.
    return error_response(500, "internal", "The server made a mistake: try again, or report it.")
