//! A learning curve as a small picture: loss over updates, the training's in grey and the held-out clips' in orange.

use super::super::CliError;
use crate::files;
use crate::train::curve::Point;
use image::{ImageFormat, Rgb, RgbImage};
use std::io::Cursor;
use std::path::Path;

const SIZE: (u32, u32) = (720, 400);
/// Left, top, right and bottom margin, pixels.
const MARGIN: (f64, f64, f64, f64) = (72.0, 16.0, 24.0, 32.0);
const PAPER: Rgb<u8> = Rgb([250, 249, 246]);
const INK: Rgb<u8> = Rgb([60, 60, 66]);
const GRID: Rgb<u8> = Rgb([222, 220, 214]);
const LEARNED: Rgb<u8> = Rgb([140, 144, 152]);
const HELD_OUT: Rgb<u8> = Rgb([221, 107, 32]);
const GRID_LINES: usize = 4;

/// Draws the curve into a PNG file; nothing without points.
pub(super) fn write(points: &[Point], path: &Path) -> Result<(), CliError> {
    let learned: Vec<(f64, f64)> = points.iter().map(|point| (point.step as f64, point.loss)).collect();
    let held_out: Vec<(f64, f64)> = points.iter().filter_map(|point| Some((point.step as f64, point.held_out?))).collect();
    let losses = || learned.iter().chain(&held_out).map(|&(_, loss)| loss);
    let Some(last) = points.last() else { return Ok(()) };
    let (low, high) = losses().fold((f64::INFINITY, 0.0_f64), |(low, high), loss| (low.min(loss), high.max(loss)));
    let (low, high) = if high > low { (low, high) } else { (low - 0.5, low + 0.5) };

    let mut picture = RgbImage::from_pixel(SIZE.0, SIZE.1, PAPER);
    let (left, top, right, bottom) = MARGIN;
    let (width, height) = (f64::from(SIZE.0) - left - right, f64::from(SIZE.1) - top - bottom);
    let place = |(step, loss): (f64, f64)| (left + width * step / last.step as f64, top + height * (high - loss) / (high - low));
    for line in 0..=GRID_LINES {
        let share = line as f64 / GRID_LINES as f64;
        let (loss, step) = (high - share * (high - low), share * last.step as f64);
        let y = top + share * height;
        stroke(&mut picture, (left, y), (left + width, y), GRID, 1);
        write_number(&mut picture, &format!("{loss:.3}"), 8, y as i64 - 5);
        write_number(&mut picture, &format!("{step:.0}"), (left + share * width) as i64 - 14, i64::from(SIZE.1) - 20);
    }
    for (curve, colour) in [(&learned, LEARNED), (&held_out, HELD_OUT)] {
        for pair in curve.windows(2) {
            stroke(&mut picture, place(pair[0]), place(pair[1]), colour, 2);
        }
    }
    let mut bytes = Cursor::new(Vec::new());
    let drawn = picture.write_to(&mut bytes, ImageFormat::Png).map_err(std::io::Error::other);
    let written = drawn.and_then(|()| files::save(path, bytes.get_ref()));
    written.map_err(|cause| CliError::Failed(format!("cannot draw the curve ({cause}): {}: check the free space", path.display())))
}

fn stroke(picture: &mut RgbImage, from: (f64, f64), to: (f64, f64), colour: Rgb<u8>, thickness: i64) {
    let steps = (to.0 - from.0).abs().max((to.1 - from.1).abs()).ceil().max(1.0) as usize;
    for step in 0..=steps {
        let share = step as f64 / steps as f64;
        let (x, y) = ((from.0 + share * (to.0 - from.0)).round() as i64, (from.1 + share * (to.1 - from.1)).round() as i64);
        for (right, down) in (0..thickness).flat_map(|right| (0..thickness).map(move |down| (right, down))) {
            put(picture, x + right, y + down, colour);
        }
    }
}

fn put(picture: &mut RgbImage, x: i64, y: i64, colour: Rgb<u8>) {
    if let (Ok(x), Ok(y)) = (u32::try_from(x), u32::try_from(y))
        && x < picture.width()
        && y < picture.height()
    {
        picture.put_pixel(x, y, colour);
    }
}

/// Digits, three by five dots, rows from above, three bits each; enough letters for the numbers of an axis.
fn dots(letter: char) -> [u8; 5] {
    match letter {
        '0' => [7, 5, 5, 5, 7],
        '1' => [2, 6, 2, 2, 7],
        '2' => [7, 1, 7, 4, 7],
        '3' => [7, 1, 7, 1, 7],
        '4' => [5, 5, 7, 1, 1],
        '5' => [7, 4, 7, 1, 7],
        '6' => [7, 4, 7, 5, 7],
        '7' => [7, 1, 1, 2, 2],
        '8' => [7, 5, 7, 5, 7],
        '9' => [7, 5, 7, 1, 7],
        '.' => [0, 0, 0, 0, 2],
        '-' => [0, 0, 7, 0, 0],
        _ => [0; 5],
    }
}

fn write_number(picture: &mut RgbImage, number: &str, left: i64, top: i64) {
    const DOT: i64 = 2;
    for (at, letter) in number.chars().enumerate() {
        for (row, bits) in dots(letter).into_iter().enumerate() {
            for column in (0..3).filter(|column| bits >> (2 - column) & 1 == 1) {
                let (x, y) = (left + (at as i64 * 4 + column) * DOT, top + row as i64 * DOT);
                for (right, down) in [(0, 0), (1, 0), (0, 1), (1, 1)] {
                    put(picture, x + right, y + down, INK);
                }
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn both_curves_are_drawn_and_one_point_is_enough() {
        let point = |step: u64, loss: f64, held_out| Point { step, secs: 1.0, loss, gradient: 1.0, rate: 1e-3, held_out };
        let folder = tempfile::tempdir().expect("a folder");
        let path = folder.path().join("curve.png");
        write(&[point(5, 2.0, None)], &path).expect("a picture of one point");
        write(&[point(5, 2.0, Some(2.5)), point(10, 1.0, None), point(15, 0.8, Some(1.4))], &path).expect("a picture");
        let picture = image::open(&path).expect("the picture").to_rgb8();
        for colour in [LEARNED, HELD_OUT, INK] {
            assert!(picture.pixels().any(|&pixel| pixel == colour), "{colour:?} is missing");
        }
    }
}
