//! Pictures, and the turned squares of them that the networks read. Pixels are counted from the upper left corner, x to the right and y down.

/// A picture of red, green and blue bytes, row by row.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct RgbPicture {
    width: usize,
    height: usize,
    pixels: Vec<u8>,
}

impl RgbPicture {
    /// A picture of these bytes; none where they are not as many as its sides say, or it has none.
    #[must_use]
    pub fn new(width: usize, height: usize, pixels: Vec<u8>) -> Option<Self> {
        let bytes = width.checked_mul(height)?.checked_mul(3)?;
        (bytes > 0 && pixels.len() == bytes).then_some(Self { width, height, pixels })
    }

    /// Pixels in a row.
    #[must_use]
    pub fn width(&self) -> usize {
        self.width
    }

    /// Rows.
    #[must_use]
    pub fn height(&self) -> usize {
        self.height
    }

    /// The bytes, row by row.
    #[must_use]
    pub fn pixels(&self) -> &[u8] {
        &self.pixels
    }

    fn at(&self, x: i64, y: i64, around: Around) -> [f32; 3] {
        let (width, height) = (self.width as i64, self.height as i64);
        let inside = (0..width).contains(&x) && (0..height).contains(&y);
        if !inside && around == Around::Black {
            return [0.0; 3];
        }
        let (x, y) = (x.clamp(0, width - 1) as usize, y.clamp(0, height - 1) as usize);
        let pixel = &self.pixels[3 * (y * self.width + x)..][..3];
        [0, 1, 2].map(|color| f32::from(pixel[color]))
    }

    /// Between the four pixels around a place, to a 32nd of a pixel and rounded to a byte, as OpenCV does it for mediapipe: the landmarks
    /// in metres feel the difference.
    fn between(&self, [x, y]: [f64; 2], around: Around) -> [f32; 3] {
        let [right, down] = [x, y].map(|at| (at * PARTS as f64).round_ties_even() as i64);
        let ([left, up], [right_parts, down_parts]) =
            ([right, down].map(|at| at.div_euclid(PARTS)), [right, down].map(|at| at.rem_euclid(PARTS)));
        let corners = [(0, 0), (1, 0), (0, 1), (1, 1)].map(|(right, down)| self.at(left + right, up + down, around));
        let parts = [
            (PARTS - right_parts) * (PARTS - down_parts),
            right_parts * (PARTS - down_parts),
            (PARTS - right_parts) * down_parts,
            right_parts * down_parts,
        ];
        std::array::from_fn(|color| {
            let sum: f32 = corners.iter().zip(parts).map(|(corner, parts)| corner[color] * parts as f32).sum();
            (sum / (PARTS * PARTS) as f32 + 0.5).floor()
        })
    }
}

/// Of a pixel.
const PARTS: i64 = 32;

/// What is around a picture.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Around {
    /// Nothing.
    Black,
    /// What is at its edge.
    Edge,
}

/// A turned square in a picture, in pixels.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Square {
    /// Its middle.
    pub center: [f32; 2],
    /// Its side.
    pub side: f32,
    /// Clockwise, as the picture is seen.
    pub turn_rad: f32,
}

/// How much larger than the body the square around it is.
const ROOM: f32 = 1.25;

impl Square {
    /// The upright square that holds a whole picture in its middle.
    #[must_use]
    pub fn around(picture: &RgbPicture) -> Self {
        let (width, height) = (picture.width as f32, picture.height as f32);
        Self { center: [width / 2.0, height / 2.0], side: width.max(height), turn_rad: 0.0 }
    }

    /// The square around a person: `middle` lies between the hips, `rim` as far away as the body reaches, above the head where it stands.
    #[must_use]
    pub fn of_person(middle: [f32; 2], rim: [f32; 2]) -> Self {
        let [right, down] = [rim[0] - middle[0], rim[1] - middle[1]];
        let turn_rad = std::f32::consts::FRAC_PI_2 - (-down).atan2(right);
        let turns = (turn_rad + std::f32::consts::PI).div_euclid(std::f32::consts::TAU);
        Self { center: middle, side: 2.0 * ROOM * right.hypot(down), turn_rad: turn_rad - turns * std::f32::consts::TAU }
    }

    /// Whether the middle of one of the two lies near that of the other: within a quarter of the smaller one's side.
    pub(super) fn shares_middle_with(&self, other: &Self) -> bool {
        let [right, down] = [0, 1].map(|axis| self.center[axis] - other.center[axis]);
        right.hypot(down) < 0.25 * self.side.min(other.side)
    }

    /// A place of the square, from 0 to 1 to the right and down, in the picture.
    #[must_use]
    pub fn to_picture(&self, [x, y]: [f32; 2]) -> [f32; 2] {
        let [right, down] = turned([(x - 0.5) * self.side, (y - 0.5) * self.side], self.turn_rad);
        [self.center[0] + right, self.center[1] + down]
    }

    /// `[side, side, 3]`: the part of the picture in the square, bytes scaled from `low` to `high`.
    #[must_use]
    pub(super) fn sampled(&self, picture: &RgbPicture, side: usize, around: Around, [low, high]: [f32; 2]) -> Vec<f32> {
        let mut values = Vec::with_capacity(3 * side * side);
        let (sin, cos) = f64::from(self.turn_rad).sin_cos();
        for row in 0..side {
            for column in 0..side {
                let [right, down] = [column, row].map(|at| (at as f64 / side as f64 - 0.5) * f64::from(self.side));
                let place = [f64::from(self.center[0]) + cos * right - sin * down, f64::from(self.center[1]) + sin * right + cos * down];
                values.extend(picture.between(place, around).map(|byte| low + byte * (high - low) / 255.0));
            }
        }
        values
    }
}

/// Turned clockwise, as the picture is seen.
pub(super) fn turned([x, y]: [f32; 2], turn_rad: f32) -> [f32; 2] {
    let (sin, cos) = turn_rad.sin_cos();
    [cos * x - sin * y, sin * x + cos * y]
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_picture_has_as_many_bytes_as_its_sides_say() {
        assert!(RgbPicture::new(2, 3, vec![0; 18]).is_some());
        assert!(RgbPicture::new(2, 3, vec![0; 17]).is_none());
        assert!(RgbPicture::new(0, 3, Vec::new()).is_none());
        assert!(RgbPicture::new(usize::MAX, 3, Vec::new()).is_none());
    }

    #[test]
    fn a_person_upright_is_in_an_upright_square_and_one_lying_in_a_turned_one() {
        let upright = Square::of_person([50.0, 60.0], [50.0, 20.0]);
        assert_eq!((upright.center, upright.side), ([50.0, 60.0], 100.0));
        assert!(upright.turn_rad.abs() < 1e-6);
        let head_to_the_right = Square::of_person([50.0, 60.0], [90.0, 60.0]);
        assert!((head_to_the_right.turn_rad - std::f32::consts::FRAC_PI_2).abs() < 1e-6);
        // The middle of the upper edge is where the head is.
        let [x, y] = head_to_the_right.to_picture([0.5, 0.0]);
        assert!((x - 100.0).abs() < 1e-3 && (y - 60.0).abs() < 1e-3);
    }

    #[test]
    fn what_is_around_a_picture_is_black_or_its_edge() {
        let picture = RgbPicture::new(2, 1, vec![100, 100, 100, 200, 200, 200]).expect("a picture");
        let square = Square::around(&picture);
        let black = square.sampled(&picture, 2, Around::Black, [0.0, 255.0]);
        let edge = square.sampled(&picture, 2, Around::Edge, [0.0, 255.0]);
        // The upper row lies half a pixel above the picture's only one.
        assert_eq!((black[0], black[3]), (50.0, 100.0));
        assert_eq!((edge[0], edge[3], edge[6], edge[9]), (100.0, 200.0, 100.0, 200.0));
    }
}
