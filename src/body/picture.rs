//! A picture that lies on a mesh, unpacked.

/// A picture of four bytes a pixel, red, green, blue and alpha, rows from the top.
#[derive(Clone, PartialEq, Eq)]
pub struct Image {
    name: String,
    width: u32,
    height: u32,
    pixels: Vec<u8>,
}

impl Image {
    /// Most pixels of a side.
    pub const MOST_PIXELS: u32 = 8192;

    /// A picture of these bytes `[height][width][4]`; `None` where it has no pixels, too many, or not as many as it says.
    #[must_use]
    pub fn new(name: impl Into<String>, width: u32, height: u32, pixels: Vec<u8>) -> Option<Self> {
        let sides = 1..=Self::MOST_PIXELS;
        let fits = sides.contains(&width) && sides.contains(&height) && pixels.len() == width as usize * height as usize * 4;
        fits.then(|| Self { name: name.into(), width, height, pixels })
    }

    /// Its name in files.
    #[must_use]
    pub fn name(&self) -> &str {
        &self.name
    }

    /// Pixels of a row.
    #[must_use]
    pub fn width(&self) -> u32 {
        self.width
    }

    /// Rows.
    #[must_use]
    pub fn height(&self) -> u32 {
        self.height
    }

    /// The bytes `[height][width][4]`. Colours are sRGB; normals, metal and roughness plain numbers.
    #[must_use]
    pub fn pixels(&self) -> &[u8] {
        &self.pixels
    }
}

impl std::fmt::Debug for Image {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "Image({:?}, {} × {})", self.name, self.width, self.height)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_picture_has_as_many_bytes_as_its_sides_say() {
        assert!(Image::new("a", 2, 1, vec![0; 8]).is_some());
        assert!(Image::new("a", 2, 1, vec![0; 7]).is_none());
        assert!(Image::new("a", 0, 1, Vec::new()).is_none());
        assert!(Image::new("a", Image::MOST_PIXELS + 1, 1, vec![0; 4 * (Image::MOST_PIXELS as usize + 1)]).is_none());
    }
}
