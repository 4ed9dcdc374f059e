//! A picture as video encoders want it: brightness, and at half the size two differences of colour (4:2:0), by BT.709 in the range of television.

use image::RgbaImage;
use openh264::formats::YUVSlices;

/// Red's, green's and blue's part in a value from 16 (219 and 224 steps above it are white and the most of a colour), in 1/65536.
const LUMA: [i32; 3] = [11_966, 40_254, 4_064];
const BLUE: [i32; 3] = [-6_596, -22_189, 28_784];
const RED: [i32; 3] = [28_784, -26_145, -2_639];

/// The three planes of a picture, whose sides are even.
pub(super) struct Planes {
    width: usize,
    height: usize,
    bytes: Vec<u8>,
}

impl Planes {
    /// For pictures of a size, whose odd sides become even.
    pub(super) fn of_size(width: u32, height: u32) -> Self {
        let (width, height) = (width.next_multiple_of(2) as usize, height.next_multiple_of(2) as usize);
        Self { width, height, bytes: vec![0; width * height * 3 / 2] }
    }

    /// Width and height, pixels.
    pub(super) fn size(&self) -> (usize, usize) {
        (self.width, self.height)
    }

    /// The planes as they are handed to the encoder.
    pub(super) fn slices(&self) -> YUVSlices<'_> {
        let (luma, chroma) = self.bytes.split_at(self.width * self.height);
        let (blue, red) = chroma.split_at(chroma.len() / 2);
        YUVSlices::new((luma, blue, red), (self.width, self.height), (self.width, self.width / 2, self.width / 2))
    }

    /// Puts a picture in; where an odd side is one short, its edge is repeated.
    pub(super) fn fill(&mut self, picture: &RgbaImage) {
        let (columns, rows) = (picture.width() as usize, picture.height() as usize);
        let pixels = picture.as_raw();
        let row = |y: usize| &pixels[y.min(rows - 1) * columns * 4..][..columns * 4];
        let pixel = |row: &[u8], x: usize| {
            let at = x.min(columns - 1) * 4;
            [row[at], row[at + 1], row[at + 2]].map(i32::from)
        };
        let (luma, chroma) = self.bytes.split_at_mut(self.width * self.height);
        for (y, values) in luma.chunks_exact_mut(self.width).enumerate() {
            let row = row(y);
            for (x, value) in values.iter_mut().enumerate() {
                *value = (16 + ((weighted(LUMA, pixel(row, x)) + (1 << 15)) >> 16)) as u8;
            }
        }
        let (blues, reds) = chroma.split_at_mut(chroma.len() / 2);
        for (y, (blues, reds)) in blues.chunks_exact_mut(self.width / 2).zip(reds.chunks_exact_mut(self.width / 2)).enumerate() {
            let (upper, lower) = (row(2 * y), row(2 * y + 1));
            for (x, (blue, red)) in blues.iter_mut().zip(reds).enumerate() {
                let four = [pixel(upper, 2 * x), pixel(upper, 2 * x + 1), pixel(lower, 2 * x), pixel(lower, 2 * x + 1)];
                let sum = [0, 1, 2].map(|channel| four.iter().map(|pixel| pixel[channel]).sum());
                // The mean of four: a quarter of the sum.
                *blue = (128 + ((weighted(BLUE, sum) + (1 << 17)) >> 18)) as u8;
                *red = (128 + ((weighted(RED, sum) + (1 << 17)) >> 18)) as u8;
            }
        }
    }
}

fn weighted(weights: [i32; 3], color: [i32; 3]) -> i32 {
    weights[0] * color[0] + weights[1] * color[1] + weights[2] * color[2]
}

#[cfg(test)]
mod tests {
    use super::*;
    use image::Rgba;
    use openh264::formats::YUVSource;

    #[test]
    fn colours_are_those_of_bt_709_in_the_range_of_television() {
        // As ITU-R BT.709-6 gives them, rounded.
        let known = [
            ([255, 255, 255], [235, 128, 128]),
            ([0, 0, 0], [16, 128, 128]),
            ([255, 0, 0], [63, 102, 240]),
            ([0, 255, 0], [173, 42, 26]),
            ([0, 0, 255], [32, 240, 118]),
            ([128, 128, 128], [126, 128, 128]),
        ];
        for ([red, green, blue], expected) in known {
            let mut planes = Planes::of_size(3, 5);
            planes.fill(&RgbaImage::from_pixel(3, 5, Rgba([red, green, blue, 255])));
            assert_eq!(planes.size(), (4, 6));
            let planes = planes.slices();
            for (plane, expected) in [planes.y(), planes.u(), planes.v()].into_iter().zip(expected) {
                assert!(plane.iter().all(|value| *value == expected), "{red} {green} {blue}: {plane:?} instead of {expected}");
            }
        }
    }

    #[test]
    fn pixels_stay_where_they_are_and_edges_are_repeated() {
        let mut planes = Planes::of_size(3, 3);
        planes.fill(&RgbaImage::from_fn(3, 3, |x, y| if (x, y) == (2, 1) { Rgba([255; 4]) } else { Rgba([0, 0, 0, 255]) }));
        let dark = [16; 4];
        assert_eq!(planes.slices().y(), [dark, [16, 16, 235, 235], dark, dark].concat());
        // A white dot has no colour, a red one gives a quarter of its own to its four pixels.
        planes.fill(&RgbaImage::from_fn(3, 3, |x, y| if (x, y) == (0, 1) { Rgba([255, 0, 0, 255]) } else { Rgba([0, 0, 0, 255]) }));
        assert_eq!((planes.slices().u(), planes.slices().v()), (&[122, 128, 128, 128][..], &[156, 128, 128, 128][..]));
    }
}
