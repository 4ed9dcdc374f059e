//! Pictures on characters as the graphics device takes them: with all their smaller versions (mip maps), which are made here.

use crate::body::{Texture, Wrap};
use bevy::asset::RenderAssetUsages;
use bevy::image::{ImageAddressMode, ImageFilterMode, ImageSampler, ImageSamplerDescriptor};
use bevy::prelude::*;
use bevy::render::render_resource::{Extent3d, TextureDimension, TextureFormat};
use std::sync::LazyLock;

/// What the numbers of a picture are.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Content {
    /// sRGB colours with alpha.
    Color,
    /// Plain numbers: normals, metal, roughness.
    Numbers,
}

/// Pictures with longer sides are drawn at half their size, and again.
const MOST_SIDE: u32 = 4096;
/// The same on weak devices, which have no memory of their own.
const MOST_SIDE_WEAK: u32 = 1024;

/// A texture with its mip maps. On weak devices (`fine` is false) it is smaller, and the nearest mip map alone is asked.
pub(super) fn texture(texture: &Texture, content: Content, fine: bool) -> Image {
    let most = if fine { MOST_SIDE } else { MOST_SIDE_WEAK };
    let of = &texture.image;
    let mut level = Level { width: of.width(), height: of.height(), pixels: of.pixels().to_vec() };
    while level.width.max(level.height) > most {
        level = level.halved(content);
    }
    let (width, height) = (level.width, level.height);
    let mut data = Vec::with_capacity(level.pixels.len() * 4 / 3 + 64);
    let mut levels = 1;
    while level.width.max(level.height) > 1 {
        data.extend_from_slice(&level.pixels);
        level = level.halved(content);
        levels += 1;
    }
    data.extend_from_slice(&level.pixels);
    let format = match content {
        Content::Color => TextureFormat::Rgba8UnormSrgb,
        Content::Numbers => TextureFormat::Rgba8Unorm,
    };
    let size = Extent3d { width, height, depth_or_array_layers: 1 };
    let mut image = Image::new_uninit(size, TextureDimension::D2, format, RenderAssetUsages::RENDER_WORLD);
    image.texture_descriptor.mip_level_count = levels;
    image.data = Some(data);
    image.sampler = ImageSampler::Descriptor(sampler(texture, fine));
    image
}

fn sampler(texture: &Texture, fine: bool) -> ImageSamplerDescriptor {
    let [u, v] = texture.wrap.map(|wrap| match wrap {
        Wrap::Repeat => ImageAddressMode::Repeat,
        Wrap::Mirror => ImageAddressMode::MirrorRepeat,
        Wrap::Clamp => ImageAddressMode::ClampToEdge,
    });
    let magnified = if texture.is_pixelated { ImageFilterMode::Nearest } else { ImageFilterMode::Linear };
    ImageSamplerDescriptor {
        address_mode_u: u,
        address_mode_v: v,
        mag_filter: magnified,
        min_filter: if fine { ImageFilterMode::Linear } else { magnified },
        mipmap_filter: if fine { ImageFilterMode::Linear } else { ImageFilterMode::Nearest },
        // Filters other than linear ones allow none.
        anisotropy_clamp: if fine && !texture.is_pixelated { 4 } else { 1 },
        ..default()
    }
}

/// One of the sizes of a picture.
struct Level {
    width: u32,
    height: u32,
    /// `[height][width][4]`.
    pixels: Vec<u8>,
}

impl Level {
    /// The picture at half its size, at least one pixel: each pixel is the mean of four.
    fn halved(&self, content: Content) -> Self {
        let (width, height) = ((self.width / 2).max(1), (self.height / 2).max(1));
        let mut pixels = Vec::with_capacity(4 * (width * height) as usize);
        let row = |y: u32| &self.pixels[4 * (y * self.width) as usize..][..4 * self.width as usize];
        for y in 0..height {
            let rows = [row(2 * y), row((2 * y + 1).min(self.height - 1))];
            for x in 0..width {
                let [left, right] = [2 * x, (2 * x + 1).min(self.width - 1)].map(|x| 4 * x as usize);
                let four = [&rows[0][left..left + 4], &rows[0][right..right + 4], &rows[1][left..left + 4], &rows[1][right..right + 4]];
                pixels.extend_from_slice(&match content {
                    Content::Color => mean_color(four),
                    Content::Numbers => std::array::from_fn(|channel| {
                        let sum: u32 = four.iter().map(|pixel| u32::from(pixel[channel])).sum();
                        ((sum + 2) / 4) as u8
                    }),
                });
            }
        }
        Self { width, height, pixels }
    }
}

/// Steps of linear light: fine enough that the darkest colours keep apart.
const LIGHT_STEPS: usize = 1 << 14;
static LIGHT_OF_SRGB: LazyLock<[u32; 256]> =
    LazyLock::new(|| std::array::from_fn(|byte| (Srgba::gamma_function(byte as f32 / 255.0) * (LIGHT_STEPS - 1) as f32).round() as u32));
static SRGB_OF_LIGHT: LazyLock<Vec<u8>> = LazyLock::new(|| {
    let byte = |step: usize| (Srgba::gamma_function_inverse(step as f32 / (LIGHT_STEPS - 1) as f32) * 255.0).round() as u8;
    (0..LIGHT_STEPS).map(byte).collect()
});

/// The mean of four colours as light, each weighted by its alpha: what cannot be seen colours nothing.
fn mean_color(four: [&[u8]; 4]) -> [u8; 4] {
    let light = &*LIGHT_OF_SRGB;
    let alpha: u32 = four.iter().map(|pixel| u32::from(pixel[3])).sum();
    let channel = |channel: usize| {
        let sum = |weight: &dyn Fn(&[u8]) -> u32| four.iter().map(|pixel| light[usize::from(pixel[channel])] * weight(pixel)).sum::<u32>();
        let mean = sum(&|pixel| u32::from(pixel[3])).checked_div(alpha).unwrap_or_else(|| sum(&|_| 1) / 4);
        SRGB_OF_LIGHT[mean as usize]
    };
    [channel(0), channel(1), channel(2), ((alpha + 2) / 4) as u8]
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::body;
    use std::sync::Arc;

    fn picture(width: u32, height: u32, pixel: impl Fn(u32, u32) -> [u8; 4]) -> Texture {
        let pixels = (0..height).flat_map(|y| (0..width).map(move |x| (x, y))).flat_map(|(x, y)| pixel(x, y)).collect();
        let image = Arc::new(body::Image::new("picture", width, height, pixels).expect("a picture"));
        Texture { image, wrap: [Wrap::Repeat; 2], is_pixelated: false }
    }

    #[test]
    fn a_texture_has_all_its_sizes_down_to_one_pixel() {
        let odd = texture(&picture(7, 3, |_, _| [10, 20, 30, 255]), Content::Color, true);
        assert_eq!(odd.texture_descriptor.mip_level_count, 3, "7 × 3, 3 × 1, 1 × 1");
        let data = odd.data.expect("data");
        assert_eq!(data.len(), 4 * (21 + 3 + 1));
        assert!(data.chunks_exact(4).all(|pixel| pixel == [10, 20, 30, 255]), "one colour stays");
    }

    #[test]
    fn small_versions_mix_light_and_leave_out_what_is_not_seen() {
        let board = texture(&picture(2, 2, |x, y| if (x + y) % 2 == 0 { [255; 4] } else { [0, 0, 0, 255] }), Content::Color, true);
        assert_eq!(board.data.expect("data")[16..], [188, 188, 188, 255], "half the light of white");
        let edge = texture(&picture(2, 2, |x, _| if x == 0 { [200, 100, 50, 255] } else { [0; 4] }), Content::Color, true);
        assert_eq!(edge.data.expect("data")[16..], [200, 100, 50, 128], "no dark fringe");
        let numbers = texture(&picture(2, 2, |x, _| if x == 0 { [0; 4] } else { [255; 4] }), Content::Numbers, true);
        assert_eq!(numbers.data.expect("data")[16..20], [128; 4]);
    }

    #[test]
    fn large_pictures_are_drawn_smaller_on_weak_devices() {
        let large = picture(2048, 4, |_, _| [1, 2, 3, 255]);
        let size = |fine| texture(&large, Content::Color, fine).texture_descriptor.size;
        assert_eq!((size(true).width, size(false).width, size(false).height), (2048, 1024, 2));
    }
}
