//! Films as videos, by `ffmpeg` and without it: every picture is in them, what fails or is cancelled leaves nothing.

use super::export::files_in;
use image::{Rgba, RgbaImage};
use openh264::decoder::Decoder;
use openh264::formats::YUVSource;
use std::path::{Path, PathBuf};
use std::process::Command;
use std::time::Duration;
use zoetrope::files::Ffmpeg;
use zoetrope::stage::{Picture, StageError};

/// A program in the place of ffmpeg, whose last argument is the file to write.
#[cfg(unix)]
fn encoder(folder: &Path, script: &str) -> Ffmpeg {
    use std::os::unix::fs::PermissionsExt;
    let program = folder.join("encoder");
    std::fs::write(&program, format!("#!/bin/sh\nfor out; do :; done\n{script}\n")).expect("a script");
    std::fs::set_permissions(&program, std::fs::Permissions::from_mode(0o755)).expect("permissions");
    Ffmpeg { program: program.into(), patience: Duration::from_millis(400) }
}

fn no_ffmpeg() -> Ffmpeg {
    Ffmpeg { program: "no-such-program-anywhere".into(), patience: Duration::from_secs(1) }
}

type PictureResult = Result<Picture, StageError>;

/// Pictures of one colour each.
fn plain(count: u32, color: impl Fn(u32) -> [u8; 3]) -> impl Iterator<Item = PictureResult> {
    (0..count).map(move |number| {
        let [red, green, blue] = color(number);
        Ok(Picture { pixels: RgbaImage::from_pixel(64, 48, Rgba([red, green, blue, 255])) })
    })
}

#[test]
#[cfg(unix)]
fn a_video_is_handed_to_its_encoder_and_one_that_fails_hangs_or_is_cancelled_leaves_nothing() {
    let folder = tempfile::tempdir().expect("a folder");
    let (tools, out) = (folder.path().join("tools"), folder.path().join("out"));
    for folder in [&tools, &out] {
        std::fs::create_dir(folder).expect("a folder");
    }
    let path = out.join("walk.mp4");
    let pictures = |count: u32| plain(count, |number| [number as u8, 2, 3]);
    // What begins like a video is taken for one.
    let copies = "{ printf '\\0\\0\\0\\10ftyp'; cat; } > \"$out\"";
    Picture::save_video(pictures(40), 30.0, &path, &encoder(&tools, copies)).expect("a video");
    let bytes = std::fs::read(&path).expect("a file");
    assert_eq!((bytes.len(), &bytes[8 + 39 * 64 * 48 * 4..][..4]), (8 + 40 * 64 * 48 * 4, &[39, 2, 3, 255][..]), "every pixel, in order");
    std::fs::remove_file(&path).expect("removed");

    // Drawing may take longer than an encoder is given.
    let slow = pictures(3).inspect(|_| std::thread::sleep(Duration::from_millis(600)));
    Picture::save_video(slow, 30.0, &path, &encoder(&tools, copies)).expect("a video of slow pictures");
    std::fs::remove_file(&path).expect("removed");

    let failed = |encoder: &Ffmpeg| Picture::save_video(pictures(400), 30.0, &path, encoder).expect_err("a failure").to_string();
    let says = failed(&encoder(&tools, "head -c 100000 >/dev/null; kill -9 $$"));
    assert!(says.contains("walk.mp4") && says.lines().count() == 1, "one that dies half way: {says}");
    for lie in ["cat > /dev/null", "cat > /dev/null; echo done > \"$out\"", "exit 0", "cat > /dev/null; rm \"$out\""] {
        let says = failed(&encoder(&tools, lie));
        assert!(says.contains("walk.mp4") && says.lines().count() == 1, "{lie}: {says}");
    }
    let says = failed(&encoder(&tools, "head -c 100 > \"$out\"; echo 'Unknown encoder' >&2; exit 1"));
    assert!(says.contains("Unknown encoder") && says.contains("walk.mp4") && says.lines().count() == 1, "{says}");
    let says = failed(&encoder(&tools, "exec sleep 100"));
    assert!(says.contains("hung"), "{says}");
    // One that is there and cannot be started is no missing one.
    std::fs::write(tools.join("text"), "no program").expect("a text");
    let says = failed(&Ffmpeg { program: tools.join("text").into(), patience: Duration::from_secs(1) });
    assert!(says.contains("does not start"), "{says}");
    let cut = pictures(3).chain([Err(StageError::Cancelled)]);
    assert!(matches!(Picture::save_video(cut, 30.0, &path, &encoder(&tools, copies)), Err(StageError::Cancelled)));
    assert_eq!(files_in(&out), Vec::<String>::new());
}

/// A number of four bytes at a place.
fn word(bytes: &[u8], at: usize) -> usize {
    u32::from_be_bytes(bytes[at..at + 4].try_into().expect("four")) as usize
}

/// Where the contents of boxes are in a file, one within another: what a reader of the format finds.
fn boxes(bytes: &[u8], from: usize, to: usize, found: &mut Vec<(String, usize, usize)>) {
    let mut at = from;
    while at < to {
        let kind = String::from_utf8_lossy(&bytes[at + 4..at + 8]).into_owned();
        let (head, size) = match word(bytes, at) {
            1 => (16, word(bytes, at + 8) << 32 | word(bytes, at + 12)),
            size => (8, size),
        };
        assert!(size >= head && at + size <= to, "{kind} of {size} bytes");
        if ["moov", "trak", "mdia", "minf", "stbl"].contains(&kind.as_str()) {
            boxes(bytes, at + head, at + size, found);
        }
        found.push((kind, at + head, at + size));
        at += size;
    }
    assert_eq!(at, to);
}

/// A film as its boxes describe it.
struct Film {
    /// Seconds.
    length: f64,
    /// For each picture its units with start codes before them, those of parameters first in the first one.
    coded: Vec<Vec<u8>>,
    /// The numbers, from one, of pictures that stand for themselves.
    alone: Vec<usize>,
}

fn film_in(path: &Path) -> Film {
    let bytes = std::fs::read(path).expect("a file");
    let mut found = Vec::new();
    boxes(&bytes, 0, bytes.len(), &mut found);
    let place = |kind: &str| found.iter().find(|(found, ..)| found == kind).unwrap_or_else(|| panic!("no {kind}")).1;
    let (header, times, sizes, alone) = (place("mvhd"), place("stts"), place("stsz"), place("stss"));
    let (ticks, length) = (word(&bytes, header + 12), word(&bytes, header + 16));
    let count = word(&bytes, sizes + 8);
    assert_eq!((word(&bytes, times + 4), word(&bytes, times + 8), word(&bytes, times + 12) * count), (1, count, length));
    let mut parameters = Vec::new();
    let config = bytes.windows(4).position(|four| four == b"avcC").expect("the configuration") + 4;
    let mut at = config + 5;
    for _ in 0..2 {
        let size = usize::from(bytes[at + 1]) << 8 | usize::from(bytes[at + 2]);
        parameters.extend([&[0, 0, 0, 1], &bytes[at + 3..at + 3 + size]].concat());
        at += 3 + size;
    }
    let mut at = word(&bytes, place("co64") + 12);
    let coded = (0..count).map(|number| {
        let end = at + word(&bytes, sizes + 12 + 4 * number);
        let mut units = if number == 0 { parameters.clone() } else { Vec::new() };
        while at < end {
            let size = word(&bytes, at);
            units.extend([&[0, 0, 0, 1], &bytes[at + 4..at + 4 + size]].concat());
            at += 4 + size;
        }
        assert_eq!(at, end);
        units
    });
    let coded = coded.collect();
    let media = found.iter().find(|(kind, ..)| kind == "mdat").expect("the pictures");
    assert_eq!(at, media.2, "nothing but pictures");
    let alone = (0..word(&bytes, alone + 4)).map(|number| word(&bytes, alone + 8 + 4 * number)).collect();
    Film { length: length as f64 / ticks as f64, coded, alone }
}

/// A colour that changes much from picture to picture.
fn color(number: u32) -> [u8; 3] {
    [(number * 37 % 256) as u8, (255 - number * 2) as u8, (number * 91 % 256) as u8]
}

#[test]
fn without_ffmpeg_an_mp4_has_every_picture_in_its_colour_and_for_its_time() {
    let folder = tempfile::tempdir().expect("a folder");
    let path = folder.path().join("walk.mp4");
    // Odd sides, and a bar that moves by a pixel a picture.
    let pictures = (0..90).map(|number| {
        let [red, green, blue] = color(number);
        let pixel = |x: u32, _| if x == number % 65 { Rgba([0, 0, 0, 255]) } else { Rgba([red, green, blue, 255]) };
        Ok(Picture { pixels: RgbaImage::from_fn(65, 49, pixel) })
    });
    Picture::save_video(pictures, 24.0, &path, &no_ffmpeg()).expect("a video");
    assert_eq!(files_in(folder.path()), ["walk.mp4"]);
    let film = film_in(&path);
    assert_eq!((film.length, film.coded.len(), &film.alone[..2]), (3.75, 90, &[1, 49][..]));
    assert!(film.alone.len() <= 3, "one in two seconds: {:?}", film.alone);

    let mut decoder = Decoder::new().expect("a decoder");
    for (number, coded) in (0..90).zip(&film.coded) {
        let picture = decoder.decode(coded).expect("it is decoded").expect("a picture of each");
        assert_eq!(picture.dimensions(), (66, 50));
        // What BT.709 says of it in the range of television.
        let [red, green, blue] = color(number).map(f64::from);
        let luma = 0.2126 * red + 0.7152 * green + 0.0722 * blue;
        let expected =
            [16.0 + luma * 219.0 / 255.0, 128.0 + (blue - luma) / 1.8556 * 224.0 / 255.0, 128.0 + (red - luma) / 1.5748 * 224.0 / 255.0];
        let (luma, blue, red) = picture.strides();
        // The middle value of a row, which the bar has no part in.
        let middle = |row: &[u8]| {
            let mut row = row.to_vec();
            row.sort_unstable();
            f64::from(row[row.len() / 2])
        };
        let rows = [&picture.y()[20 * luma..][..66], &picture.u()[10 * blue..][..33], &picture.v()[10 * red..][..33]];
        let found = rows.map(middle);
        let apart = found.iter().zip(expected).map(|(found, expected)| (found - expected).abs()).fold(0.0, f64::max);
        assert!(apart < 6.0, "picture {number}: {found:?} instead of {expected:?}");
    }
    checked_by_others(&path, (66, 50), 90, 3.75);
}

/// What ffprobe says, where it is installed, of a video that it decodes to the end.
fn checked_by_others(path: &Path, size: (u32, u32), count: u32, secs: f64) {
    let shown = "stream=codec_name,width,height,nb_read_frames,color_space,color_range,color_primaries,r_frame_rate:format=duration";
    let mut probe = Command::new("ffprobe");
    probe.args(["-v", "warning", "-count_frames", "-show_entries", shown, "-of", "default=noprint_wrappers=1"]).arg(path);
    let Ok(output) = probe.output() else {
        println!("skipped: no ffprobe to look at {}", path.display());
        return;
    };
    let said = String::from_utf8_lossy(&output.stdout).into_owned();
    assert!(output.status.success() && output.stderr.is_empty(), "{}", String::from_utf8_lossy(&output.stderr));
    let told = |name: &str| {
        said.lines().find_map(|line| line.strip_prefix(name)?.strip_prefix('=')).unwrap_or_else(|| panic!("no {name}: {said}"))
    };
    assert_eq!((told("codec_name"), told("width"), told("height")), ("h264", &*size.0.to_string(), &*size.1.to_string()));
    assert_eq!((told("color_space"), told("color_range"), told("color_primaries")), ("bt709", "tv", "bt709"));
    assert_eq!((told("nb_read_frames"), told("duration")), (&*count.to_string(), &*format!("{secs:.6}")));
}

#[test]
fn a_video_without_ffmpeg_is_written_while_its_pictures_come_and_leaves_nothing_that_is_not_whole() {
    let folder = tempfile::tempdir().expect("a folder");
    let at = |name: &str| folder.path().join(name);
    let path = at("noise.mp4");
    let in_progress = || {
        let parts = files_in(folder.path()).into_iter().filter(|name| name != "noise.mp4");
        parts.map(|name| std::fs::metadata(at(&name)).expect("a file").len()).sum::<u64>()
    };
    let noise = |number: u32| {
        let pixel = |x: u32, y: u32| Rgba([(x * 7 + y * 13) as u8 ^ (number * 31) as u8, (x ^ y) as u8, (x * y) as u8, 255]);
        Ok(Picture { pixels: RgbaImage::from_fn(96, 96, pixel) })
    };
    let mut grew = Vec::new();
    let pictures = (0..24).map(|number| {
        grew.push(in_progress());
        noise(number)
    });
    Picture::save_video(pictures, 30.0, &path, &no_ffmpeg()).expect("a video");
    assert!(grew[23] > grew[6] && grew[6] > grew[2], "what is made is on the disk, not in memory: {grew:?}");
    let whole = std::fs::metadata(&path).expect("the video").len();
    let cut = |number: u32| if number < 12 { noise(number) } else { Err(StageError::Cancelled) };
    assert!(matches!(Picture::save_video((0..24).map(cut), 30.0, &path, &no_ffmpeg()), Err(StageError::Cancelled)));
    let grows = |number: u32| Ok(Picture { pixels: RgbaImage::new(64 + 2 * number, 64) });
    let failed = |pictures: &mut dyn Iterator<Item = PictureResult>, path: PathBuf, fps: f32| {
        let says = Picture::save_video(pictures, fps, &path, &no_ffmpeg()).expect_err("a failure").to_string();
        assert!(says.lines().count() == 1 && says.contains(&*path.file_name().expect("a name").to_string_lossy()), "{says}");
        says
    };
    assert!(failed(&mut (0..3).map(grows), path.clone(), 30.0).contains("differ in size"));
    let webm = failed(&mut (0..3).map(noise), at("walk.webm"), 30.0);
    assert!(webm.contains("no ffmpeg was found") && webm.contains(".mp4"), "{webm}");
    for (width, height) in [(15, 64), (64, 15), (3842, 1000), (1000, 3842), (2200, 2200)] {
        let mut one = [Ok(Picture { pixels: RgbaImage::new(width, height) })].into_iter();
        let says = failed(&mut one, path.clone(), 30.0);
        assert!(says.contains(&format!("{width} × {height}")) && says.contains("ffmpeg"), "{says}");
    }
    assert!(failed(&mut std::iter::empty(), at("none.mp4"), 30.0).contains("there is none"));
    assert_eq!((files_in(folder.path()), std::fs::metadata(&path).expect("the old one").len()), (vec!["noise.mp4".to_owned()], whole));
}

#[test]
fn a_single_picture_and_the_smallest_size_are_videos_too() {
    let folder = tempfile::tempdir().expect("a folder");
    let path = folder.path().join("one.mp4");
    for (size, count, fps) in [((16, 16), 1, 60.0), ((17, 16), 2, 12.0), ((16, 640), 3, 30.0)] {
        let pictures = (0..count).map(|_| Ok(Picture { pixels: RgbaImage::from_pixel(size.0, size.1, Rgba([200, 100, 50, 255])) }));
        Picture::save_video(pictures, fps, &path, &no_ffmpeg()).expect("a video");
        let film = film_in(&path);
        assert_eq!(film.coded.len(), count as usize);
        assert!((film.length - f64::from(count) / f64::from(fps)).abs() < 1e-9, "{} s", film.length);
        checked_by_others(&path, (size.0.next_multiple_of(2), size.1), count, f64::from(count) / f64::from(fps));
    }
}
