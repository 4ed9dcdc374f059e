//! Draws `docs/mannequin.png`: the mannequin in four poses from four sides, by a small rasteriser of its own (no GPU).
//!
//! `cargo run --release --no-default-features --example contact_sheet`

use glam::{Mat4, Vec2, Vec3, vec2, vec3};
use image::{Rgb, RgbImage, imageops};
use zoetrope::body::{Character, check, skin_with_normals};
use zoetrope::motion::Pose;

/// Size of one picture, pixels, and samples per pixel along each axis.
const SIZE: [u32; 2] = [400, 480];
const SAMPLES: u32 = 3;
const SHADOW_SIZE: u32 = 1400;
const POSES: [&str; 4] = ["T-pose", "deep squat", "high kick", "arms up"];
const YAWS_DEGREES: [f32; 4] = [0.0, 42.0, 90.0, 180.0];

const SKY_LIGHT: Vec3 = vec3(0.42, 0.45, 0.50);
const GROUND_LIGHT: Vec3 = vec3(0.11, 0.11, 0.12);
const KEY_LIGHT: Vec3 = vec3(1.35, 1.28, 1.18);
const RIM_LIGHT: Vec3 = vec3(0.16, 0.19, 0.24);
const FLOOR: Vec3 = vec3(0.15, 0.16, 0.18);
const BACKDROP: Vec3 = vec3(0.045, 0.05, 0.06);

fn main() -> Result<(), image::ImageError> {
    let character = Character::mannequin();
    let mut sheet = RgbImage::new(SIZE[0] * YAWS_DEGREES.len() as u32, SIZE[1] * POSES.len() as u32);
    let poses = check::demanding_poses().into_iter().filter(|(name, _)| POSES.contains(name));
    for (row, (_, pose)) in poses.enumerate() {
        for (column, yaw) in YAWS_DEGREES.into_iter().enumerate() {
            let picture = picture(&character, &pose, yaw.to_radians());
            imageops::replace(&mut sheet, &picture, i64::from(column as u32 * SIZE[0]), i64::from(row as u32 * SIZE[1]));
        }
    }
    let folder = concat!(env!("CARGO_MANIFEST_DIR"), "/docs");
    std::fs::create_dir_all(folder)?;
    sheet.save(format!("{folder}/mannequin.png"))
}

/// What the rasteriser keeps of each sample: the nearest triangle and where in it.
#[derive(Clone, Copy)]
struct Hit {
    depth: f32,
    triangle: usize,
    corners: Vec3,
}

const MISS: Hit = Hit { depth: f32::MAX, triangle: usize::MAX, corners: Vec3::ZERO };

/// Nearest triangle of every sample, row by row.
fn rasterise(clip_from_world: Mat4, positions_m: &[Vec3], triangles: &[[u32; 3]], [width, height]: [u32; 2]) -> Vec<Hit> {
    let size = vec2(width as f32, height as f32);
    let on_screen: Vec<Vec3> = positions_m
        .iter()
        .map(|&p| {
            let clip = clip_from_world.project_point3(p);
            ((vec2(clip.x, -clip.y) * 0.5 + 0.5) * size).extend(clip.z)
        })
        .collect();
    let mut hits = vec![MISS; (width * height) as usize];
    for (triangle, corners) in triangles.iter().enumerate() {
        let [a, b, c] = corners.map(|v| on_screen[v as usize]);
        let twice_area = (b - a).truncate().perp_dot((c - a).truncate());
        if twice_area == 0.0 {
            continue;
        }
        let low = a.min(b).min(c).truncate().max(Vec2::ZERO).as_uvec2();
        let high = a.max(b).max(c).truncate().ceil().clamp(Vec2::ZERO, size).as_uvec2();
        for y in low.y..high.y {
            for x in low.x..high.x {
                let p = vec2(x as f32 + 0.5, y as f32 + 0.5) - a.truncate();
                let at_b = p.perp_dot((c - a).truncate()) / twice_area;
                let at_c = (b - a).truncate().perp_dot(p) / twice_area;
                let corners = vec3(1.0 - at_b - at_c, at_b, at_c);
                let depth = corners.dot(vec3(a.z, b.z, c.z));
                let hit = &mut hits[(y * width + x) as usize];
                if corners.min_element() >= 0.0 && depth < hit.depth {
                    *hit = Hit { depth, triangle, corners };
                }
            }
        }
    }
    hits
}

/// The key light and what it sees.
struct Light {
    towards: Vec3,
    clip_from_world: Mat4,
    depths: Vec<Hit>,
}

impl Light {
    /// How much of the light reaches a point with normal `n`: 0 in shadow, 1 in the open.
    fn reaching(&self, p: Vec3, n: Vec3) -> f32 {
        const REACH: i32 = 3;
        let clip = self.clip_from_world.project_point3(p + n * 0.006);
        let texel = ((vec2(clip.x, -clip.y) * 0.5 + 0.5) * SHADOW_SIZE as f32).as_ivec2();
        let is_open = |x: i32, y: i32| {
            let inside = 0..SHADOW_SIZE as i32;
            !inside.contains(&x) || !inside.contains(&y) || clip.z < self.depths[(y * SHADOW_SIZE as i32 + x) as usize].depth + 0.002
        };
        let around = (-REACH..=REACH).flat_map(|dy| (-REACH..=REACH).map(move |dx| (dx * 2, dy * 2)));
        let open = around.filter(|(dx, dy)| is_open(texel.x + dx, texel.y + dy)).count();
        open as f32 / ((2 * REACH + 1) * (2 * REACH + 1)) as f32
    }
}

/// The character in a pose, seen from the side that `yaw` says (0: from the front), standing on a floor.
fn picture(character: &Character, pose: &Pose, yaw: f32) -> RgbImage {
    let (positions_m, normals) = skin_with_normals(character, pose);
    let low = positions_m.iter().copied().fold(Vec3::MAX, Vec3::min);
    let high = positions_m.iter().copied().fold(Vec3::MIN, Vec3::max);
    let center = 0.5 * (low + high);
    let reach_m = (0.5 * (high - low).length()).max(0.8);

    let forward = -vec3(yaw.sin() * 0.99, 0.12, yaw.cos() * 0.99).normalize();
    let eye = center - forward * (reach_m * 4.05);
    let samples = SIZE.map(|s| s * SAMPLES);
    let clip_from_world = Mat4::perspective_rh(0.52, SIZE[0] as f32 / SIZE[1] as f32, 0.5, 20.0) * Mat4::look_at_rh(eye, center, Vec3::Y);
    let world_from_clip = clip_from_world.inverse();
    let hits = rasterise(clip_from_world, &positions_m, &character.meshes()[0].triangles, samples);

    let towards = (vec3(0.0, 1.0, 0.0) - forward * 0.7 - forward.cross(Vec3::Y).normalize() * 0.6).normalize();
    let light_clip = Mat4::orthographic_rh(-1.4, 1.4, -1.4, 1.4, 0.1, 6.0) * Mat4::look_at_rh(center + towards * 3.0, center, Vec3::Y);
    let depths = rasterise(light_clip, &positions_m, &character.meshes()[0].triangles, [SHADOW_SIZE; 2]);
    let light = Light { towards, clip_from_world: light_clip, depths };

    let shade = |x: u32, y: u32| {
        let on_screen = vec2(x as f32 + 0.5, y as f32 + 0.5) / vec2(samples[0] as f32, samples[1] as f32);
        let towards_sample =
            (world_from_clip.project_point3(vec3(on_screen.x * 2.0 - 1.0, 1.0 - on_screen.y * 2.0, 0.5)) - eye).normalize();
        let hit = hits[(y * samples[0] + x) as usize];
        if hit.triangle == usize::MAX {
            return floor(eye, towards_sample, center, &light);
        }
        let corners = character.meshes()[0].triangles[hit.triangle].map(|v| v as usize);
        let mix = |of: &dyn Fn(usize) -> Vec3| (0..3).map(|i| of(corners[i]) * hit.corners[i]).sum::<Vec3>();
        let p = mix(&|v| positions_m[v]);
        let n = mix(&|v| normals[v]).normalize_or(Vec3::Y);
        skin(p, n, mix(&|v| Vec3::from_array(character.meshes()[0].colors[v])), towards_sample, &light)
    };
    RgbImage::from_fn(SIZE[0], SIZE[1], |x, y| {
        let around = (0..SAMPLES).flat_map(|dy| (0..SAMPLES).map(move |dx| (x * SAMPLES + dx, y * SAMPLES + dy)));
        let mean = around.map(|(x, y)| shade(x, y)).sum::<Vec3>() / (SAMPLES * SAMPLES) as f32;
        Rgb(mean.to_array().map(|c| ((c / (1.0 + 0.18 * c)).clamp(0.0, 1.0).powf(1.0 / 2.2) * 255.0) as u8))
    })
}

/// Light that the skin sends to the eye.
fn skin(p: Vec3, n: Vec3, albedo: Vec3, view: Vec3, light: &Light) -> Vec3 {
    let reaching = light.reaching(p, n);
    let ambient = GROUND_LIGHT.lerp(SKY_LIGHT, 0.5 * n.y + 0.5);
    let diffuse = KEY_LIGHT * n.dot(light.towards).max(0.0) * reaching;
    let gloss = 0.16 * n.dot((light.towards - view).normalize()).max(0.0).powf(38.0) * reaching;
    let rim = RIM_LIGHT * (1.0 + n.dot(view)).clamp(0.0, 1.0).powf(3.5);
    albedo * (ambient + diffuse) + gloss + rim
}

/// The floor, fading into the backdrop.
fn floor(eye: Vec3, view: Vec3, center: Vec3, light: &Light) -> Vec3 {
    if view.y >= -1e-3 {
        return BACKDROP;
    }
    let p = eye - view * (eye.y / view.y);
    let fade = (1.0 - p.distance(vec3(center.x, 0.0, center.z)) / 3.0).clamp(0.0, 1.0);
    BACKDROP.lerp(FLOOR * (0.35 + 0.65 * light.reaching(p, Vec3::Y)), fade)
}
