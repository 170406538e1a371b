"""Words in any script, set in embedded fonts.

Noto Sans sets Latin, Greek and Cyrillic; FiraGO Arabic, Hebrew, Devanagari, Thai and Georgian; WenQuanYi Micro Hei
Chinese, Japanese and Korean. What none of them has, emoji for instance, is shown as a replacement mark, never as
nothing. Letters of Indian scripts are set side by side, without their conjuncts. The fonts come with installed
packages. Pure but for reading those files once per process.
"""

import unicodedata
from functools import cache
from html import escape
from importlib.resources import as_file, files
from io import BytesIO
from itertools import groupby

import paperang_p2_fonts_cjk
import pymupdf_fonts
from arabic_reshaper import ArabicReshaper
from bidi import get_display
from reportlab.lib.utils import simpleSplit
from reportlab.pdfbase import pdfmetrics
from reportlab.pdfbase.ttfonts import TTFont

REGULAR = "NotoSans"
BOLD = "NotoSans-Bold"
REPLACEMENT = "\N{REPLACEMENT CHARACTER}"

_FALLBACKS = {REGULAR: ("FiraGO", "MicroHei"), BOLD: ("FiraGO-Bold", "MicroHei")}
_PYMUPDF_KEYS = {REGULAR: "notos", BOLD: "notosbo", "FiraGO": "figo", "FiraGO-Bold": "figbo"}
_RIGHT_TO_LEFT = {"R", "AL"}
_INVISIBLE = {"Cc", "Cf", "Cs", "Co"}
# FiraGO draws an isolated letter from the letter itself, not from its presentation form.
_reshaper = ArabicReshaper({"delete_harakat": False, "use_unshaped_instead_of_isolated": True})


@cache
def register() -> dict[str, TTFont]:
    """Makes the fonts known to reportlab and answers them by name; done once, however often it is called."""
    fonts = [TTFont(name, BytesIO(pymupdf_fonts.myfont(key))) for name, key in _PYMUPDF_KEYS.items()]
    with as_file(files(paperang_p2_fonts_cjk) / "fonts" / "wqy-microhei.ttc") as path:
        fonts.append(TTFont("MicroHei", str(path)))
    for font in fonts:
        pdfmetrics.registerFont(font)
    pdfmetrics.registerFontFamily(REGULAR, normal=REGULAR, bold=BOLD, italic=REGULAR, boldItalic=BOLD)
    return {font.fontName: font for font in fonts}


def markup(text: str, font: str, size: float, width: float) -> str:
    """`text` as Platypus markup in `font` (REGULAR or BOLD) and its fallbacks: everything that Platypus would read as
    markup is escaped, line breaks are kept, and what is written from right to left is joined, broken into lines of
    `width` points and put in the order in which it is seen."""
    seen = []
    for line in _readable(text).split("\n"):
        if any(unicodedata.bidirectional(character) in _RIGHT_TO_LEFT for character in line):
            joined = _reshaper.reshape(line)
            lines = simpleSplit(joined, _FALLBACKS[font][0], size * 1.05, width) or [""]
            seen += [get_display(each, base_dir="L") for each in lines]
        else:
            seen.append(line)
    return "<br/>".join(_runs(line, font) for line in seen)


def plain(text: str) -> str:
    """`text` as one line without what cannot be seen, for the document's title and author."""
    return " ".join(_readable(text).split())


def initial(name: str) -> str:
    """The first letter or digit of a name, in upper case, if the main font has it; else a neutral dot."""
    for character in _readable(name):
        if character.isalnum():
            upper = character.upper()[0]
            return upper if _has(BOLD, upper) else "•"
    return "•"


def _readable(text: str) -> str:
    """Composed, with one kind of line break, without control and format characters or halves of surrogates."""
    lines = unicodedata.normalize("NFC", text).replace("\t", " ").splitlines()
    return "\n".join(
        "".join(c for c in line if unicodedata.category(c) not in {"Cc", "Cf", "Cs", "Co"}) for line in lines
    )


def _runs(line: str, font: str) -> str:
    runs = groupby(_with_fonts(line, font), key=lambda pair: pair[0])
    return "".join(
        escaped if name == font else f'<font name="{name}">{escaped}</font>'
        for name, pairs in runs
        for escaped in [escape("".join(character for _, character in pairs), quote=False)]
    )


def _with_fonts(line: str, font: str) -> list[tuple[str, str]]:
    found: list[tuple[str, str]] = []
    for character in line:
        if "\ufe00" <= character <= "\ufe0f":
            continue  # a variation selector only says how the character before it is drawn
        wanted = [font, *_FALLBACKS[font]]
        if found and (character.isspace() or unicodedata.combining(character)):
            wanted.insert(0, found[-1][0])  # stays with the letter that it follows
        name = next((each for each in wanted if _has(each, character)), None)
        found.append((name, character) if name else (font, REPLACEMENT))
    return found


def _has(font: str, character: str) -> bool:
    return ord(character) in register()[font].face.charToGlyph
