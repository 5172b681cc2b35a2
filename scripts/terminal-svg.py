#!/usr/bin/env python3
"""Turns what `tmux capture-pane -ep` prints into an SVG picture of a terminal.

usage: tmux capture-pane -ep -t PANE | scripts/terminal-svg.py > picture.svg
"""
import html
import re
import sys

CELL, LINE, SIZE, PAD, BAR = 8.43, 20, 14, 18, 34
NBSP = "\u00a0"  # viewers fold plain spaces
TEXT, GROUND, DIM = "#d8dee9", "#1b1f27", "#7b8494"
COLOURS = {31: "#f07178", 32: "#8fd18a", 33: "#f0c674", 34: "#7aa2f7", 35: "#c792ea", 36: "#7fd1de", 37: "#d8dee9"}


def runs(line):
    """Pieces of a line with their style: (text, colour, bold)."""
    colour, bold, at = TEXT, False, 0
    for code in re.finditer(r"\x1b\[([0-9;]*)m", line):
        if code.start() > at:
            yield line[at:code.start()], colour, bold
        at = code.end()
        for number in [int(n or 0) for n in code.group(1).split(";")]:
            if number == 0:
                colour, bold = TEXT, False
            elif number == 1:
                bold = True
            elif number == 2:
                colour = DIM
            elif number == 22:
                bold, colour = False, TEXT
            elif number == 39:
                colour = TEXT
            elif number in COLOURS:
                colour = COLOURS[number]
    if at < len(line):
        yield line[at:], colour, bold


def main():
    lines = re.sub(r"\x1b\][^\x07\x1b]*(\x07|\x1b\\)|\x1b\(B|\x0f", "", sys.stdin.read()).rstrip("\n ").split("\n")
    columns = max(len(re.sub(r"\x1b\[[0-9;]*m", "", line).rstrip()) for line in lines)
    width, height = round(columns * CELL + 2 * PAD), len(lines) * LINE + BAR + PAD
    print(f'<svg xmlns="http://www.w3.org/2000/svg" width="{width}" height="{height}" viewBox="0 0 {width} {height}" role="img">')
    print("<title>strongroom in a terminal</title>")
    print(f'<rect width="{width}" height="{height}" rx="10" fill="{GROUND}"/>')
    for i, dot in enumerate(("#f07178", "#f0c674", "#8fd18a")):
        print(f'<circle cx="{PAD + 4 + 18 * i}" cy="18" r="5.5" fill="{dot}"/>')
    font = "ui-monospace, 'DejaVu Sans Mono', Menlo, Consolas, monospace"
    print(f'<g font-family="{font}" font-size="{SIZE}" xml:space="preserve">')
    for row, line in enumerate(lines):
        column = 0
        for text, colour, bold in runs(line):
            if text.strip():
                x, y = PAD + column * CELL, BAR + row * LINE + 15
                weight = ' font-weight="bold"' if bold else ""
                print(f'<text x="{x:.1f}" y="{y}" textLength="{len(text) * CELL:.1f}" fill="{colour}"{weight}>{html.escape(text).replace(" ", NBSP)}</text>')
            column += len(text)
    print("</g>\n</svg>")


main()
