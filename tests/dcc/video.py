"""Makes videos with the program, by ffmpeg and without it, has ffprobe decode every picture of them and, where it is installed, Chromium play them.

    python video.py                needs ffmpeg (with ffprobe), a graphics driver (Mesa's does) and numpy

The films are 10 s at 1280 × 720. $ZOETROPE names the program with its window, else it is built.
"""

import http.server
import json
import os
import shutil
import subprocess
import sys
import tempfile
import threading
import urllib.parse
from pathlib import Path

import numpy as np
from table import Table

HERE = Path(__file__).resolve().parent
FPS = 30
SECONDS = 10
CHROMIUM = shutil.which("chromium")
PAGE = """<!doctype html><title>video</title><video id=v muted src="{name}"></video><script>
const v = document.getElementById('v');
const tell = (what) => fetch('/told?' + new URLSearchParams({{what, duration: v.duration, width: v.videoWidth, height: v.videoHeight,
    played: v.played.length ? v.played.end(v.played.length - 1) : 0, frames: v.getVideoPlaybackQuality().totalVideoFrames}}));
v.onended = () => tell('ended');
v.onerror = () => tell('error ' + (v.error && v.error.message));
v.play().catch((error) => tell('error ' + error));
</script>"""


def motion_of(seconds, folder):
    """The tumble again and again, for so long."""
    with np.load(HERE / "tumble.npz") as tumble:
        arrays = dict(tumble)
    count = len(arrays["trans"])
    wanted = round(seconds * FPS)
    for name, array in arrays.items():
        if array.ndim and len(array) == count:
            arrays[name] = np.concatenate([array] * (wanted // count + 1))[:wanted]
    path = folder / f"motion-{seconds}.npz"
    np.savez(path, **arrays)
    return path


def probe(path):
    """What ffprobe says after it has decoded all of a file."""
    run = subprocess.run(
        ["ffprobe", "-v", "error", "-count_frames", "-select_streams", "v:0", "-of", "json", "-show_entries",
         "stream=codec_name,width,height,nb_read_frames,r_frame_rate,color_space,color_range:format=duration", path],
        capture_output=True, text=True)
    assert run.returncode == 0 and not run.stderr.strip(), f"ffprobe says {run.stderr.strip()[:200]}"
    return json.loads(run.stdout)


def played(path):
    """What Chromium tells of a video that it has played to its end."""
    told, is_told = {}, threading.Event()

    class Server(http.server.SimpleHTTPRequestHandler):
        def __init__(self, *args):
            super().__init__(*args, directory=str(path.parent))

        def do_GET(self):
            if self.path.startswith("/told?"):
                told.update(urllib.parse.parse_qsl(self.path.split("?", 1)[1]))
                is_told.set()
                self.send_response(204)
                self.end_headers()
            elif self.path == "/":
                body = PAGE.format(name=path.name).encode()
                self.send_response(200)
                self.send_header("Content-Type", "text/html")
                self.send_header("Content-Length", str(len(body)))
                self.end_headers()
                self.wfile.write(body)
            else:
                super().do_GET()

        def log_message(self, *_):
            pass

    server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), Server)
    threading.Thread(target=server.serve_forever, daemon=True).start()
    with tempfile.TemporaryDirectory() as profile:
        browser = subprocess.Popen(
            [CHROMIUM, "--headless", "--no-sandbox", "--disable-gpu", "--autoplay-policy=no-user-gesture-required",
             f"--user-data-dir={profile}", f"http://127.0.0.1:{server.server_port}/"],
            stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
        try:
            assert is_told.wait(180), "Chromium tells nothing"
        finally:
            browser.terminate()
            browser.wait(30)
            server.shutdown()
    assert told["what"] == "ended", told["what"]
    return told


def check(zoetrope, path, by_ffmpeg):
    environment = os.environ if by_ffmpeg else {**os.environ, "ZOETROPE_FFMPEG": "/nowhere/ffmpeg"}
    motion = motion_of(SECONDS, path.parent)
    run = subprocess.run([zoetrope, "render", motion, "-o", path, "--size", "1280x720"], capture_output=True, text=True, env=environment)
    assert run.returncode == 0, run.stderr.strip()
    found = probe(path)
    stream = found["streams"][0]
    assert (stream["width"], stream["height"], int(stream["nb_read_frames"])) == (1280, 720, SECONDS * FPS), f"{stream}"
    assert (stream["color_space"], stream["color_range"]) == ("bt709", "tv"), f"{stream}"
    assert abs(float(found["format"]["duration"]) - SECONDS) < 0.01, f"{found['format']}"
    said = f"{path.name}: {stream['codec_name']}, {stream['nb_read_frames']} pictures, {path.stat().st_size / 1e6:.2f} MB"
    if CHROMIUM:
        told = played(path)
        assert abs(float(told["duration"]) - SECONDS) < 0.01 and (told["width"], told["height"]) == ("1280", "720"), told
        said += f", Chromium plays {float(told['played']):.2f} of {float(told['duration']):.2f} s"
    print(said, flush=True)


def main():
    zoetrope = os.environ.get("ZOETROPE")
    if not zoetrope:
        subprocess.run(["cargo", "build", "--quiet"], check=True, cwd=HERE.parent.parent)
        zoetrope = Path(os.environ.get("CARGO_TARGET_DIR", HERE.parent.parent / "target")) / "debug/zoetrope"
    table = Table()
    with tempfile.TemporaryDirectory() as folder:
        for name, by_ffmpeg in [("film.mp4", True), ("film.webm", True), ("carried.mp4", False)]:
            reader = f"ffprobe{', Chromium' if CHROMIUM else ''}: {name.split('.')[1]} {'by' if by_ffmpeg else 'without'} ffmpeg"
            with table.tried(reader, name):
                check(zoetrope, Path(folder) / name, by_ffmpeg)
    table.end()


if __name__ == "__main__":
    main()
