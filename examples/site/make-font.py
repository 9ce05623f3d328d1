#!/usr/bin/env python3
"""Build Ripstop, the display face of the example site.

Every letter is cut from panels, as the sail of a kite is: rectangles, triangles and parts of
discs with a seam between them. There are capitals (the small letters repeat them), figures,
a little punctuation and a few ornaments; running text is set in the visitor's own fonts.

    python3 -m venv venv && venv/bin/pip install fonttools brotli
    venv/bin/python examples/site/make-font.py

The result is checked in, so nobody needs this to run the site. `SOURCE_DATE_EPOCH=0` makes
two runs give the same bytes.
"""

from math import cos, radians, sin
from pathlib import Path

from fontTools.fontBuilder import FontBuilder
from fontTools.pens.ttGlyphPen import TTGlyphPen

OUT = Path(__file__).parent / "shop" / "static" / "fonts" / "ripstop.woff2"

EM = 1000
CAP = 700  # height of the capitals
SEAM = 34
MID = CAP / 2
LOW, HIGH = MID - SEAM / 2, MID + SEAM / 2  # the two sides of a seam at half height
STEM = 160
NEXT = STEM + SEAM  # where the panel beside a stem begins
THIRD = (CAP - 2 * SEAM) / 3  # of three bars with two seams
BEARING = 40  # white on both sides of a glyph


# A panel is a closed outline: a list of segments. A segment is a point, reached by a straight
# line, or a pair (control point, point), reached by a quadratic curve. Panels never overlap,
# so their direction does not matter.


def poly(*points):
    return list(points)


def rect(left, bottom, right, top):
    return poly((left, bottom), (left, top), (right, top), (right, bottom))


def arc(x, y, r, start, end):
    """The way along a circle from one angle to another, in curves of at most 45 degrees."""
    count = max(1, round(abs(end - start) / 45))
    step = radians(end - start) / count

    def at(angle, radius):
        return (x + radius * cos(angle), y + radius * sin(angle))

    segments = [at(radians(start), r)]
    for index in range(count):
        angle = radians(start) + index * step
        # The control point is where the tangents at both ends meet.
        segments.append((at(angle + step / 2, r / cos(step / 2)), at(angle + step, r)))
    return segments


def disc(x, y, r):
    return arc(x, y, r, 0, 360)


def bowl(left, bottom, right, top):
    """Square on the left, round on the right."""
    r = (top - bottom) / 2
    return [(left, bottom), (left, top), *arc(right - r, bottom + r, r, 90, -90)]


def bar(row, right, left=NEXT):
    """One of the three bars of an E, counted from below."""
    bottom = row * (THIRD + SEAM)
    return rect(left, bottom, right, bottom + THIRD)


def moved(panel, change):
    return [
        (change(*s[0]), change(*s[1])) if isinstance(s[0], tuple) else change(*s) for s in panel
    ]


def mirrored(width, panel):
    return moved(panel, lambda x, y: (width - x, y))


def flipped(panel):
    return moved(panel, lambda x, y: (x, CAP - y))


def pair(width, panel):
    """The panel and its mirror image."""
    return [panel, mirrored(width, panel)]


STAFF = rect(0, 0, STEM, CAP)

# The upper half of a C: a half disc from which the mouth is cut, up to this angle.
MOUTH = 40
JAW = [(MID + 24, HIGH), *arc(MID, MID, MID, MOUTH, 177.2)]
CHIN = arc(MID, MID, MID, 182.8, 357.2)

NINE = [disc(225, CAP - 225, 225), poly((50, 0), (214, CAP - 484), (410, 260), (240, 0))]

GLYPHS = {
    "A": (620, [poly((116, 262), (310, CAP), (504, 262)), *pair(620, poly((0, 0), (101, 228), (288, 228), (187, 0)))]),
    "B": (476, [STAFF, bowl(NEXT, HIGH, 456, CAP), bowl(NEXT, 0, 476, LOW)]),
    "C": (610, [JAW, flipped(JAW)]),
    "D": (544, [STAFF, [(NEXT, 0), (NEXT, CAP), *arc(NEXT, MID, MID, 90, -90)]]),
    "E": (430, [STAFF, bar(0, 430), bar(1, 384), bar(2, 430)]),
    "F": (424, [STAFF, bar(1, 378), bar(2, 424)]),
    "G": (690, [JAW, CHIN]),
    "H": (570, [*pair(570, STAFF), rect(NEXT, 245, 570 - NEXT, 455)]),
    "I": (STEM, [STAFF]),
    "J": (390, [rect(195, 195 + SEAM, 390, CAP), arc(195, 195, 195, 0, -180)]),
    "K": (520, [STAFF, poly((NEXT, HIGH), (NEXT, 540), (316, CAP), (520, CAP), (330, HIGH)), poly((NEXT, LOW), (330, LOW), (520, 0), (316, 0), (NEXT, 160))]),
    "L": (416, [STAFF, bar(0, 416)]),
    "M": (720, [*pair(720, STAFF), poly((NEXT, CAP), (720 - NEXT, CAP), (360, 170))]),
    "N": (606, [*pair(606, STAFF), poly((NEXT, CAP), (NEXT, 330), (606 - NEXT, 0), (606 - NEXT, 370))]),
    "O": (700, pair(700, arc(MID, MID, MID, 92.8, 267.2))),
    "P": (486, [STAFF, bowl(NEXT, 252, 486, CAP)]),
    "Q": (740, [*pair(700, arc(MID, MID, MID, 92.8, 267.2)), poly((520, 40), (640, 130), (740, -90), (620, -110))]),
    "R": (500, [STAFF, bowl(NEXT, HIGH, 480, CAP), poly((NEXT, LOW), (372, LOW), (500, 0), (304, 0), (NEXT, 214))]),
    "S": (456, [mirrored(456, bowl(20, HIGH, 456, CAP)), bowl(0, 0, 456, LOW)]),
    "T": (530, [bar(2, 530, left=0), rect(185, 0, 345, CAP - THIRD - SEAM)]),
    "U": (580, [*pair(580, rect(0, 290 + SEAM, 225, CAP)), arc(290, 290, 290, 0, -180)]),
    "V": (610, pair(610, poly((0, CAP), (288, CAP), (288, 0), (236, 0)))),
    "W": (880, pair(880, poly((0, CAP), (423, CAP), (423, 560), (300, 0), (156, 0)))),
    "X": (560, [poly((0, CAP), (560, CAP), (330, HIGH), (230, HIGH)), poly((0, 0), (560, 0), (330, LOW), (230, LOW))]),
    "Y": (580, [poly((0, CAP), (580, CAP), (370, 280 + SEAM), (210, 280 + SEAM)), rect(210, 0, 370, 280)]),
    "Z": (500, [bar(0, 500, left=0), bar(2, 500, left=0), poly((20, THIRD + SEAM), (240, CAP - THIRD - SEAM), (480, CAP - THIRD - SEAM), (260, THIRD + SEAM))]),
    "&": (650, [disc(262, 546, 154), [(245, 358), (245, 0), *arc(179, 179, 179, 270, 90)], poly((279, 358), (392, 358), (640, 0), (279, 0)), poly((452, 330), (660, 330), (560, 174))]),
    "0": (520, pair(520, [(243, 0), (243, CAP), *arc(260, CAP - 260, 260, 93.8, 180), *arc(260, 260, 260, 180, 266.2)])),
    "1": (310, [poly((0, 470), (116, CAP), (116, 470)), rect(150, 0, 310, CAP)]),
    "2": (470, [bowl(20, HIGH, 460, CAP), poly((0, 0), (0, 150), (190, LOW), (430, LOW), (300, THIRD - 30), (470, THIRD - 30), (470, 0))]),
    "3": (450, [[(120, HIGH), (0, CAP), *arc(450 - 184, HIGH + LOW / 2, LOW / 2, 90, -90)], [(0, 0), (120, LOW), *arc(450 - LOW / 2, LOW / 2, LOW / 2, 90, -90)]]),
    "4": (530, [poly((0, 150), (336, CAP), (336, 150)), rect(370, 0, 530, CAP)]),
    "5": (470, [rect(20, HIGH, 20 + STEM, CAP), rect(20 + NEXT, CAP - THIRD, 440, CAP), bowl(0, 0, 470, LOW)]),
    "6": (450, [flipped(mirrored(450, panel)) for panel in NINE]),
    "7": (480, [bar(2, 480, left=0), poly((90, 0), (230, CAP - THIRD - SEAM), (470, CAP - THIRD - SEAM), (300, 0))]),
    "8": (450, [disc(225, 540, 160), disc(225, 173, 173)]),
    "9": (450, NINE),
    ".": (STEM, [rect(0, 0, STEM, STEM)]),
    ",": (STEM, [poly((0, 0), (0, STEM), (STEM, STEM), (STEM, 0), (70, -130), (30, -130), (70, 0))]),
    ":": (STEM, [rect(0, 40, STEM, 200), rect(0, 400, STEM, 560)]),
    "-": (250, [rect(0, 275, 250, 425)]),
    "\u2013": (420, [rect(0, 275, 420, 425)]),
    "\u2019": (140, [poly((0, CAP), (140, CAP), (90, 460), (20, 460))]),
    "!": (STEM, [poly((0, CAP), (STEM, CAP), (130, NEXT), (30, NEXT)), rect(0, 0, STEM, STEM)]),
    "?": (430, [bowl(0, HIGH, 430, CAP), rect(60, NEXT, 220, LOW), rect(60, 0, 220, STEM)]),
    "/": (330, [poly((0, -40), (190, CAP + 40), (330, CAP + 40), (140, -40))]),
    # Ornaments: a diamond kite, a delta, a rokkaku, a bow of a tail, two arrows.
    "\u25c6": (520, [*pair(520, poly((0, 460), (243, CAP + 20), (243, 460))), *pair(520, poly((0, 426), (243, 426), (243, -40)))]),
    "\u25b2": (780, pair(780, poly((0, 60), (373, CAP), (373, 190)))),
    "\u2b22": (580, pair(580, poly((0, 190), (0, 510), (273, CAP), (273, 0)))),
    "\u22c8": (520, pair(520, poly((0, 170), (0, 530), (243, 350)))),
    "\u2192": (640, [rect(0, 280, 316, 420), poly((350, 100), (350, 600), (640, 350))]),
    "\u2190": (640, [poly((0, 350), (290, 600), (290, 100)), rect(324, 280, 640, 420)]),
}


# Pairs whose slopes leave a hole between them, in units of 1/1000 em.
KERNING = """
feature kern {
    pos [A L] [T V W Y] -70;
    pos [P F T V W Y] A -70;
    pos [L A R] [C G O Q] -20;
    pos [C G K O] [A V W Y] -20;
} kern;
"""


def draw(panels):
    pen = TTGlyphPen(None)
    for panel in panels:
        pen.moveTo(tuple(map(round, panel[0])))
        for segment in panel[1:]:
            if isinstance(segment[0], tuple):
                pen.qCurveTo(*(tuple(map(round, point)) for point in segment))
            else:
                pen.lineTo(tuple(map(round, segment)))
        pen.closePath()
    return pen.glyph()


def build():
    names = {char: char if char.isalpha() else f"uni{ord(char):04X}" for char in GLYPHS}
    cmap = {ord(char): name for char, name in names.items()}
    cmap |= {ord(char.lower()): name for char, name in names.items() if char.isalpha()}
    cmap |= {ord(" "): "space", ord("'"): names["\u2019"]}

    outlines = {name: draw(moved_in(GLYPHS[char][1])) for char, name in names.items()}
    advances = {name: round(GLYPHS[char][0] + 2 * BEARING) for char, name in names.items()}
    outlines |= {".notdef": draw([rect(60, 0, 340, CAP)]), "space": draw([])}
    advances |= {".notdef": 400, "space": 240}

    font = FontBuilder(EM, isTTF=True)
    font.setupGlyphOrder([".notdef", "space", *names.values()])
    font.setupCharacterMap(cmap)
    font.setupGlyf(outlines)
    font.setupHorizontalMetrics({name: (advances[name], outlines[name].xMin if outlines[name].numberOfContours else 0) for name in advances})
    font.setupHorizontalHeader(ascent=800, descent=-200)
    font.setupOS2(sTypoAscender=800, sTypoDescender=-200, usWinAscent=800, usWinDescent=200, sCapHeight=CAP, sxHeight=CAP, usWeightClass=800)
    font.setupNameTable({"familyName": "Ripstop", "styleName": "Regular"})
    font.setupPost(keepGlyphNames=False)
    font.addOpenTypeFeatures(KERNING)
    font.font.flavor = "woff2"
    font.font.save(OUT)
    print(f"{OUT.name}: {len(GLYPHS)} glyphs, {OUT.stat().st_size} bytes")


def moved_in(panels):
    return [moved(panel, lambda x, y: (x + BEARING, y)) for panel in panels]


if __name__ == "__main__":
    build()
