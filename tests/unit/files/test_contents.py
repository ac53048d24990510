"""Content decides what a file is."""

import io
import zipfile

import pytest

from callout.features.files.contents import is_dangerous, office_type, recognise
from callout.features.files.rules import DOCX, XLSX


@pytest.mark.parametrize(
    ("head", "name", "expected"),
    [
        (b"\xff\xd8\xff\xe0", "x.txt", "image/jpeg"),
        (b"\x89PNG\r\n\x1a\n", "x.jpg", "image/png"),
        (b"RIFF\x00\x00\x00\x00WEBPVP8 ", "x", "image/webp"),
        (b"RIFF\x00\x00\x00\x00WAVEfmt ", "x", "audio/wav"),
        (b"\x00\x00\x00\x18ftypheic", "x", "image/heic"),
        (b"\x00\x00\x00\x18ftypM4A ", "x", "audio/mp4"),
        (b"%PDF-1.7\n", "x.jpg", "application/pdf"),
        (b"ID3\x04", "x", "audio/mpeg"),
        (b"\xff\xfb\x90\x00", "x", "audio/mpeg"),
        (b"fLaC\x00", "x", "audio/flac"),
        (b"OggS\x00", "x", "audio/ogg"),
        (b"\x1a\x45\xdf\xa3\x01\x00\x00\x00\x00\x00\x00\x1fB\x86\x81\x01B\x82\x84webm", "x", "audio/webm"),
        (b"name,phone\nAnn,1\n", "people.csv", "text/csv"),
        (b"# Title\n", "notes.md", "text/markdown"),
        (b"plain words", "notes", "text/plain"),
        (b"<!DOCTYPE html><p>", "photo.jpg", "application/octet-stream"),
        (b"\xef\xbb\xbf  <svg xmlns", "photo.csv", "application/octet-stream"),
        (b"MZ\x90\x00", "x.csv", "application/octet-stream"),
        (b"#!/bin/sh\n", "x.txt", "application/octet-stream"),
        (b"a\x00b", "x.csv", "application/octet-stream"),
        (b"", "x.csv", "application/octet-stream"),
    ],
)
def test_a_file_is_what_its_bytes_say(head: bytes, name: str, expected: str) -> None:
    assert recognise(head, name) == expected


def archive(*names: str) -> io.BytesIO:
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w") as made:
        for name in names:
            made.writestr(name, "x")
    buffer.seek(0)
    return buffer


def test_office_files_are_told_from_other_archives() -> None:
    assert office_type(archive("xl/workbook.xml")) == XLSX
    assert office_type(archive("word/document.xml")) == DOCX
    assert office_type(archive("payload.exe")) == "application/zip"
    assert office_type(io.BytesIO(b"PK\x03\x04broken")) == "application/octet-stream"


def test_markup_in_wide_characters_is_dangerous_too() -> None:
    assert is_dangerous("<html>".encode("utf-16"))
