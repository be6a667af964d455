"""Covers and faces of the stand-in: each name has colours and a figure of its own."""

import hashlib

FIGURES = (
    '<circle cx="32" cy="32" r="20"/>',
    '<path d="M0 64 32 8l32 56z"/>',
    '<path d="M0 12h64v12H0zm0 24h64v12H0z"/>',
    '<path d="M12 0h12v64H12zm24 0h12v64H36z"/>',
    '<path d="M0 0h32v32H0zm32 32h32v32H32z"/>',
    '<circle cx="20" cy="44" r="16"/><circle cx="44" cy="20" r="12"/>',
)


def cover(name: str) -> bytes:
    number = hashlib.sha256(name.encode()).digest()
    hue, turn = 360 * number[0] // 256, 60 + 120 * number[1] // 256
    return (
        '<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 64 64" width="640" height="640">'
        f'<rect width="64" height="64" fill="hsl({hue} 45% 32%)"/>'
        f'<g fill="hsl({(hue + turn) % 360} 60% 66%)">{FIGURES[number[2] % len(FIGURES)]}</g></svg>'
    ).encode()
