"""Makes pictures.json: small files of pictures as Pillow saves them, in base64, with their pixels by convert("RGB").

    apt-get install python3-pil python3-numpy      # Debian 12: Pillow 9.4
    /usr/bin/python3 test/node/make_pictures.py

`rgb` is [3, height, width] in base64. For `grey16` it is the upper byte: Pillow would cut these off at 255.
"""

import base64
import io
import json
import pathlib

import numpy as np
from PIL import Image, ImageCms

height, width = 7, 11
y, x = np.mgrid[0:height, 0:width]
planes = [x * 22 + y, y * 35 + x, (x * 13 + y * 29) % 256]
rgb = Image.fromarray(np.stack(planes, -1).astype(np.uint8))
grey = rgb.convert("L")
alpha = Image.fromarray(((x * 20 + y * 30) % 256).astype(np.uint8))
rgba, grey_alpha = rgb.copy(), grey.copy()
rgba.putalpha(alpha)
grey_alpha.putalpha(alpha)
palette = rgb.quantize(16)
turned = Image.Exif()
turned[0x0112] = 6


def swapped_profile():
    """sRGB with red's and blue's colours exchanged: who applies it exchanges them in the picture."""
    data = bytearray(ImageCms.ImageCmsProfile(ImageCms.createProfile("sRGB")).tobytes())
    tags = {bytes(data[at : at + 4]): at for at in range(132, 132 + 12 * int.from_bytes(data[128:132], "big"), 12)}
    red, blue = (slice(tags[tag] + 4, tags[tag] + 8) for tag in (b"rXYZ", b"bXYZ"))
    data[red], data[blue] = data[blue], data[red]
    return bytes(data)



def case(name, picture, kind, rgb=None, **options):
    file = io.BytesIO()
    picture.save(file, kind, **options)
    pixels = np.asarray(Image.open(io.BytesIO(file.getvalue())).convert("RGB")) if rgb is None else rgb
    return {
        "name": name,
        "file": base64.b64encode(file.getvalue()).decode(),
        "shape": [3, *pixels.shape[:2]],
        "rgb": base64.b64encode(pixels.transpose(2, 0, 1).tobytes()).decode(),
    }


cases = [
    case("rgb.png", rgb, "PNG"),
    case("rgba.png", rgba, "PNG"),
    case("grey.png", grey, "PNG"),
    case("grey alpha.png", grey_alpha, "PNG"),
    case("palette.png", palette, "PNG"),
    case("transparent palette.png", palette, "PNG", transparency=3),
    case("one bit.png", grey.convert("1"), "PNG"),
    case(
        "grey16.png",
        Image.fromarray(np.asarray(grey).astype(np.uint16) * 256 + 200),
        "PNG",
        rgb=np.asarray(grey.convert("RGB")),
    ),
    case("rgb.jpg", rgb, "JPEG", quality=90, subsampling=0),
    case("halved colours.jpg", rgb, "JPEG", quality=75, subsampling=2),
    case("progressive.jpg", rgb, "JPEG", progressive=True),
    case("grey.jpg", grey, "JPEG"),
    case("cmyk.jpg", rgb.convert("CMYK"), "JPEG"),
    case("profile.jpg", rgb, "JPEG", subsampling=0, icc_profile=swapped_profile()),
    case("profile.png", rgb, "PNG", icc_profile=swapped_profile()),
    case("turned.jpg", rgb, "JPEG", exif=turned),
    case("lossless.webp", rgb, "WEBP", lossless=True),
    case("lossy.webp", rgb, "WEBP", quality=80),
    case("rgba.webp", rgba, "WEBP", lossless=True, exact=True),
    case("palette.gif", palette, "GIF"),
    case("frames.gif", palette, "GIF", save_all=True, append_images=[grey.quantize(8)]),
    case("rgb.bmp", rgb, "BMP"),
    case("grey.bmp", grey, "BMP"),
    case("palette.bmp", palette, "BMP"),
    case("one bit.bmp", grey.convert("1"), "BMP"),
    case("rgba.bmp", rgba, "BMP"),
    case("rgb.tif", rgb, "TIFF"),
    case("lzw.tiff", rgb, "TIFF", compression="tiff_lzw"),
    case("rgba.tif", rgba, "TIFF"),
    case("cmyk.tif", rgb.convert("CMYK"), "TIFF"),
]
target = pathlib.Path(__file__).with_name("pictures.json")
target.write_text(json.dumps({"cases": cases}, indent=1) + "\n")
