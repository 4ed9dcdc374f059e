//! Videos as pictures: their times, and media that is broken, lies or hangs.

use image::codecs::gif::GifEncoder;
use image::{Delay, Frame, Rgba, RgbaImage};
use std::fs;
use std::path::{Path, PathBuf};
use std::time::{Duration, Instant};
use zoetrope::capture::{Error, Excerpt, Ffmpeg, TimedPicture, pictures};

fn folder() -> tempfile::TempDir {
    tempfile::tempdir().expect("a folder")
}

fn no_ffmpeg() -> Ffmpeg {
    Ffmpeg { program: "no-such-program-anywhere".into(), patience: Duration::from_secs(5) }
}

fn plain(shade: u8) -> RgbaImage {
    RgbaImage::from_pixel(8, 6, Rgba([shade, shade, shade, 255]))
}

fn gif(path: &Path, delays_ms: &[u32]) {
    let mut encoder = GifEncoder::new(fs::File::create(path).expect("a file"));
    for (at, delay) in delays_ms.iter().enumerate() {
        let frame = Frame::from_parts(plain(20 * at as u8), 0, 0, Delay::from_numer_denom_ms(*delay, 1));
        encoder.encode_frame(frame).expect("a frame");
    }
}

fn all(path: &Path, excerpt: Excerpt, by: &Ffmpeg) -> Result<Vec<TimedPicture>, Error> {
    pictures(path, excerpt, 10.0, by)?.collect()
}

fn times(pictures: &[TimedPicture]) -> Vec<f32> {
    pictures.iter().map(|picture| (picture.secs * 100.0).round() / 100.0).collect()
}

#[test]
fn pictures_of_a_gif_come_when_the_file_says_and_of_an_excerpt_from_its_beginning() {
    let folder = folder();
    let path = folder.path().join("walk.gif");
    gif(&path, &[100, 40, 200, 100]);
    let whole = all(&path, Excerpt::default(), &no_ffmpeg()).expect("pictures");
    assert_eq!(times(&whole), [0.0, 0.1, 0.14, 0.34]);
    assert_eq!((whole[2].picture.width(), whole[2].picture.height()), (8, 6));
    let part = all(&path, Excerpt { from_secs: 0.1, to_secs: 0.3 }, &no_ffmpeg()).expect("pictures");
    assert_eq!(times(&part), [0.0, 0.04]);
    assert_eq!(part[1].picture, whole[2].picture);
}

#[test]
fn pictures_of_a_folder_are_in_the_order_of_their_numbers() {
    let folder = folder();
    for number in [10_u8, 2, 1] {
        plain(number).save(folder.path().join(format!("frame {number}.png"))).expect("a picture");
    }
    fs::write(folder.path().join("notes.txt"), "not one").expect("a file");
    let found = all(folder.path(), Excerpt::default(), &no_ffmpeg()).expect("pictures");
    assert_eq!(times(&found), [0.0, 0.1, 0.2]);
    assert_eq!(found.iter().map(|one| one.picture.pixels()[0]).collect::<Vec<_>>(), [1, 2, 10]);
    assert_eq!(times(&all(folder.path(), Excerpt { from_secs: 0.1, to_secs: 9.0 }, &no_ffmpeg()).expect("pictures")), [0.0, 0.1]);
}

/// What is said of a file, which is one line with its name in it.
#[track_caller]
fn said(path: &Path, by: &Ffmpeg) -> String {
    let error = all(path, Excerpt::default(), by).expect_err("no video").to_string();
    assert!(!error.contains('\n') && error.contains(&*path.file_name().unwrap_or_default().to_string_lossy()), "{error}");
    error
}

#[test]
fn broken_pictures_end_in_one_line() {
    let folder = folder();
    let path = |name: &str| folder.path().join(name);
    gif(&path("whole.gif"), &[100; 5]);
    let whole = fs::read(path("whole.gif")).expect("bytes");
    for (name, bytes) in
        [("empty.gif", &whole[..0]), ("head.gif", &whole[..12]), ("cut.gif", &whole[..60]), ("text.gif", b"a text".as_slice())]
    {
        fs::write(path(name), bytes).expect("a file");
        said(&path(name), &no_ffmpeg());
    }
    fs::create_dir(path("none")).expect("a folder");
    assert!(said(&path("none"), &no_ffmpeg()).contains("no pictures"));
    fs::create_dir(path("wrong")).expect("a folder");
    fs::write(path("wrong/1.png"), b"GIF89a").expect("a file");
    assert!(all(&path("wrong"), Excerpt::default(), &no_ffmpeg()).is_err());
    said(&path("missing.gif"), &no_ffmpeg());
    said(&path("missing.mp4"), &no_ffmpeg());
}

#[test]
fn without_ffmpeg_one_sentence_says_where_it_is_to_be_had() {
    let folder = folder();
    let path = folder.path().join("walk.mp4");
    fs::write(&path, b"whatever").expect("a file");
    let error = all(&path, Excerpt::default(), &no_ffmpeg()).expect_err("no ffmpeg");
    assert!(matches!(error, Error::NoDecoder(_)) && error.to_string().contains("https://ffmpeg.org"), "{error}");
}

/// A program that answers to every call with this shell script.
#[cfg(unix)]
fn script(folder: &Path, name: &str, text: &str) -> Ffmpeg {
    use std::os::unix::fs::PermissionsExt;
    let path: PathBuf = folder.join(name);
    fs::write(&path, format!("#!/bin/sh\n{text}\n")).expect("a script");
    fs::set_permissions(&path, fs::Permissions::from_mode(0o755)).expect("a program");
    Ffmpeg { program: path.into(), patience: Duration::from_millis(700) }
}

#[cfg(unix)]
#[test]
fn an_ffmpeg_that_lies_fails_or_hangs_is_told_and_ended() {
    let folder = folder();
    let video = folder.path().join("walk.mp4");
    fs::write(&video, b"whatever").expect("a file");
    let picture = r"printf 'P6\n1 1\n255\nabc'";
    let cases = [
        ("failing", "echo 'moov atom not found' >&2; exit 1".to_owned(), "moov atom not found"),
        ("silent", "exit 0".to_owned(), "no pictures"),
        ("talking", "echo hello".to_owned(), "no pictures"),
        ("huge", r"printf 'P6\n99999 99999\n255\n'".to_owned(), "99999"),
        ("breaking off", format!(r"{picture}; printf 'P6\n9 9\n255\nab'"), "middle"),
        ("failing late", format!("{picture}; echo 'broken packet' >&2; exit 3"), "broken packet"),
        ("hanging", "exec sleep 60".to_owned(), "hung"),
        ("hanging late", format!("{picture}; exec sleep 60"), "hung"),
    ];
    for (name, text, expected) in cases {
        let begun = Instant::now();
        let error = said(&video, &script(folder.path(), name, &text));
        assert!(error.contains(expected), "{name}: {error}");
        assert!(begun.elapsed() < Duration::from_secs(20), "{name} took {:?}", begun.elapsed());
    }
    let good = script(folder.path(), "good", &format!("{picture}; {picture}"));
    assert_eq!(times(&all(&video, Excerpt::default(), &good).expect("pictures")), [0.0, 0.03]);
}
