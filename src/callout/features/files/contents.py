"""Recognises what a file is by its bytes; its name is never trusted.

Signatures follow the WHATWG MIME Sniffing standard and the file format specifications.
"""

import io
import zipfile
from pathlib import PurePath

from callout.features.files.rules import DOCX, NDJSON, PDF, XLSX

HEAD_BYTES = 4096
"""How much of the start of a file decides."""
UNKNOWN = "application/octet-stream"
MARKUP_STARTS = (
    b"<!doctype", b"<html", b"<head", b"<body", b"<script", b"<svg", b"<iframe", b"<?xml", b"<!--", b"<style",
    b"<table", b"<div", b"<br", b"<a ", b"<img", b"<?php",
)  # fmt: skip
EXECUTABLE_STARTS = (b"MZ", b"\x7fELF", b"\xca\xfe\xba\xbe", b"\xcf\xfa\xed\xfe", b"\xce\xfa\xed\xfe", b"#!")
HEIF_BRANDS = (b"heic", b"heix", b"hevc", b"hevx", b"heim", b"heis", b"mif1", b"msf1")
AUDIO_BRANDS = (b"M4A ", b"M4B ", b"mp42", b"isom", b"mp41", b"dash", b"iso2", b"iso5", b"iso6")
EBML = b"\x1a\x45\xdf\xa3"
CONTROLS = frozenset(range(32)) - {9, 10, 12, 13, 27}


def recognise(head: bytes, filename: str) -> str:
    """The media type of content.

    Args:
        head: The first 4096 bytes, or all of a shorter file.
        filename: Only chooses between types that are equally harmless, such as plain text, Markdown and CSV.
    """
    return _binary_type(head) or _zip_placeholder(head) or _text_type(head, filename) or UNKNOWN


def office_type(data: io.BufferedIOBase | io.BytesIO) -> str:
    """The Office Open XML type of a ZIP archive; the archive is listed, never unpacked."""
    try:
        with zipfile.ZipFile(data) as archive:
            names = set(archive.namelist()[:2000])
    except (zipfile.BadZipFile, OSError, ValueError):
        return UNKNOWN
    if "xl/workbook.xml" in names:
        return XLSX
    return DOCX if "word/document.xml" in names else "application/zip"


def is_dangerous(head: bytes) -> bool:
    """Whether content is markup a browser would run, or an executable."""
    start = head.removeprefix(b"\xef\xbb\xbf").lstrip()[:64].lower()
    if start.startswith(MARKUP_STARTS) or head.startswith(EXECUTABLE_STARTS):
        return True
    return head.startswith((b"\xff\xfe", b"\xfe\xff")) and b"<\x00" in head[:64].lower()


def _binary_type(head: bytes) -> str | None:
    if head.startswith(b"\xff\xd8\xff"):
        return "image/jpeg"
    if head.startswith(b"\x89PNG\r\n\x1a\n"):
        return "image/png"
    if head.startswith(b"RIFF"):
        return {b"WEBP": "image/webp", b"WAVE": "audio/wav"}.get(head[8:12])
    if head[4:8] == b"ftyp":
        return "image/heic" if head[8:12] in HEIF_BRANDS else "audio/mp4" if head[8:12] in AUDIO_BRANDS else None
    if head.startswith(b"%PDF-"):
        return PDF
    return _audio_type(head)


def _audio_type(head: bytes) -> str | None:
    if head.startswith(b"fLaC"):
        return "audio/flac"
    if head.startswith(b"OggS"):
        return "audio/ogg"
    if head.startswith(EBML):
        return "audio/webm" if b"webm" in head[:64] else None
    is_mpeg_frame = len(head) > 1 and head[0] == 0xFF and head[1] & 0xE6 in {0xE2, 0xE4} and head[1] != 0xFF
    return "audio/mpeg" if head.startswith(b"ID3") or is_mpeg_frame else None


def _zip_placeholder(head: bytes) -> str | None:
    return "application/zip" if head.startswith(b"PK\x03\x04") else None


def _text_type(head: bytes, filename: str) -> str | None:
    if not head or is_dangerous(head) or CONTROLS & set(head):
        return None
    suffix = PurePath(filename).suffix.lower()
    if suffix in {".csv", ".tsv"}:
        return "text/csv"
    if suffix in {".ndjson", ".jsonl"}:
        return NDJSON
    if suffix == ".json":
        return "application/json"
    return "text/markdown" if suffix in {".md", ".markdown"} else "text/plain"
