"""Plain tables (CSV) as people make them in spreadsheets, with errors that name the row."""

import csv
import io
import re
from dataclasses import dataclass
from pathlib import Path

from ..data import one_line
from ..errors import InputError

LARGEST = 50_000_000  # bytes
FREE_COLUMNS = ("note", "source")  # for the people who read the table
_NUMBER = re.compile(r"[+-]?(\d+\.?\d*|\.\d+)([eE][+-]?\d+)?")


@dataclass(frozen=True)
class Row:
    """One row of a table: `where` says file and row, as a spreadsheet counts them."""

    where: str
    values: dict[str, str]

    def __getitem__(self, column: str) -> str:
        return self.values.get(column, "")

    def label(self, column: str) -> str:
        """A cell of printable text, which may be empty."""
        if not self[column].isprintable():
            raise InputError(
                f'{self.where}, column "{column}": {self[column][:50]!r} holds characters that cannot be '
                "printed; correct it."
            )
        return self[column]

    def text(self, column: str) -> str:
        """A cell of printable text that must not be empty."""
        if not self[column]:
            raise InputError(f'{self.where}: the column "{column}" is empty; fill it in.')
        return self.label(column)

    def number(self, column: str, default: float | None = None) -> float:
        """A cell with a number; the default for an empty one, if there is a default."""
        if not self[column] and default is not None:
            return default
        return parse_number(self.text(column), f'{self.where}, column "{column}"')

    def words(self, column: str) -> tuple[str, ...]:
        """The words of a cell, separated by spaces."""
        return tuple(self.label(column).split())


def parse_number(text: str, where: str) -> float:
    """A finite number from text, with a decimal point."""
    value = float(text) if len(text) < 100 and _NUMBER.fullmatch(text) else float("inf")
    if abs(value) == float("inf"):
        hint = "write a decimal point" if "," in text else "correct it"
        raise InputError(f"{where}: {text[:50]!r} is not a number; {hint}.")
    return value


def read_text(path: Path) -> str:
    """A file's text without byte order mark; InputError unless it is UTF-8 of bearable size."""
    try:
        with open(path, "rb") as file:
            data = file.read(LARGEST + 1)
    except (OSError, ValueError) as error:
        raise InputError(f"{path}: cannot be read ({one_line(error)}); check the file.") from error
    if len(data) > LARGEST:
        raise InputError(f"{path}: is larger than {LARGEST / 1e6:.0f} MB; choose another file.")
    try:
        return data.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        raise InputError(
            f"{path}: is not UTF-8 text ({one_line(error)}); save it as UTF-8."
        ) from error


def read_table(path: Path, required, optional=(), series: str = "") -> list[Row]:
    """Rows of a CSV file (comma, semicolon or tab) whose first row names the columns.

    `series` is a prefix such as "M" of numbered columns M0, M1, …, which must then be in order from 0.
    Empty rows and rows that start with # are left out. Raises InputError for columns that are missing,
    repeated or unknown, and for rows with more cells than columns.
    """
    records = split_table(read_text(path), str(path))
    if not records:
        raise InputError(f"{path}: is empty; its first row must name the columns.")
    place, header = records[0]
    header = list(header)
    while header and not header[-1]:
        header.pop()
    for column in header:
        if not column.isprintable():
            raise InputError(f"{place}: the column {column[:50]!r} cannot be printed; correct it.")
    numbered = [c for c in header if series and re.fullmatch(rf"{series}\d{{1,4}}", c)]
    for column in required:
        if column not in header:
            raise InputError(
                f'{place}: there is no column "{column}", only {", ".join(header)[:200]}; add it.'
            )
    for column in header:
        if header.count(column) > 1:
            raise InputError(f'{place}: the column "{column[:50]}" stands twice; keep one.')
        if column not in (*required, *optional, *FREE_COLUMNS, *numbered):
            known = ", ".join((*required, *optional, *FREE_COLUMNS))
            raise InputError(
                f'{place}: unknown column "{column[:50]}"; known are {known}'
                f"{f', {series}0, {series}1, …' if series else ''}."
            )
    if series and numbered != [f"{series}{k}" for k in range(max(2, len(numbered)))]:
        raise InputError(
            f"{place}: the columns of masses must be {series}0, {series}1, and so on, in this order; "
            f"found {', '.join(numbered)[:200] or 'none'}."
        )
    rows = []
    for place, cells in records[1:]:
        if any(cells[len(header) :]):
            raise InputError(
                f"{place}: has {len(cells)} cells, but there are {len(header)} columns; quote cells that "
                "contain the separator."
            )
        rows.append(Row(place, dict(zip(header, cells))))
    return rows


def split_table(text: str, where: str, delimiter: str = "") -> list[tuple[str, list[str]]]:
    """(place, cells) of every row that is neither empty nor a comment; cells are stripped."""
    if "\0" in text:
        raise InputError(f"{where}: contains zero bytes, so it is no table; choose another file.")
    text = text.replace("\r\n", "\n").replace("\r", "\n")
    if not delimiter:
        first = next((x for x in text.split("\n") if x.strip() and not x.startswith("#")), "")
        delimiter = max(",;\t", key=first.count)
    reader = csv.reader(io.StringIO(text, newline=""), delimiter=delimiter, strict=True)
    records, line = [], 1
    try:
        for cells in reader:
            cells = [c.strip() for c in cells]
            if any(cells) and not cells[0].startswith("#"):
                records.append((f"{where}, row {line}", cells))
            line = reader.line_num + 1
    except csv.Error as error:
        raise InputError(
            f"{where}, row {line}: is not a row of a table ({one_line(error)}); correct its quotes."
        ) from error
    return records


def table_text(header, rows) -> str:
    """A CSV table as text; columns that are empty in every row are left out."""
    rows = [["" if v is None else v for v in row] for row in rows]
    kept = [j for j in range(len(header)) if any(row[j] != "" for row in rows)] or [0]
    out = io.StringIO(newline="")
    writer = csv.writer(out, lineterminator="\n")
    writer.writerow([header[j] for j in kept])
    writer.writerows([[_cell(row[j]) for j in kept] for row in rows])
    return out.getvalue()


def _cell(value):
    # Shortest text that gives the same number again; 1 rather than 1.0, as people write.
    return repr(float(value)).removesuffix(".0") if isinstance(value, float) else value
