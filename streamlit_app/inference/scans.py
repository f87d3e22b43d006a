"""JPEGs that would take minutes to decode: a scan of a few bytes passes over the whole picture once more."""

import re

# A progressive JPEG has about ten scans; each one more costs some 20 ms where the picture is as large as it may be.
MOST_SCANS = 50
# Everything before the picture, each profile cut into parts of 64 KiB: some dozens.
MOST_SEGMENTS = 5_000

# ITU-T T.81, B.1.1: a marker is FF and a byte that is neither 00 nor FF; D0 to D7 restart within a scan.
MARKER = re.compile(rb"\xff[^\x00\xff\xd0-\xd7]")
START_OF_IMAGE, END_OF_IMAGE, START_OF_SCAN = 0xD8, 0xD9, 0xDA


def is_excessive(data: bytes) -> bool:
    """Tell whether a file is a JPEG of more than MOST_SCANS scans or MOST_SEGMENTS segments, without decoding it.

    Only the first image counts: what phones append to it (a film, a second picture) is never decoded.
    """
    if data[:2] != b"\xff\xd8":
        return False
    place, scans = 2, 0
    for _ in range(MOST_SEGMENTS):
        marker = MARKER.search(data, place)
        if marker is None or marker[0][1] == END_OF_IMAGE:
            return False
        scans += marker[0][1] == START_OF_SCAN
        if scans > MOST_SCANS:
            return True
        place = marker.end()
        if marker[0][1] != START_OF_IMAGE:
            place += int.from_bytes(data[place : place + 2], "big")
    return True
