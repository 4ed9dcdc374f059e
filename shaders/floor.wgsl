// The stage's floor: a grid of 1 m and 10 cm cells, the key light's soft shadow, contact darkening, and air that swallows it far
// away. Colours are final (linear, shown as they are): the floor is not tone mapped.

#import bevy_pbr::forward_io::VertexOutput
#import bevy_pbr::mesh_view_bindings::lights
#import bevy_pbr::shadows::world_to_directional_light_local
#import bevy_pbr::shadow_sampling::sample_shadow_map_hardware
#import bevy_pbr::utils::interleaved_gradient_noise

const MOST_ABREAST: u32 = 9;
const OCCLUDER_COUNT: u32 = 8;                      // of each character
const SHADOW_TAPS: u32 = 12u;
const SHADOWS_ENABLED_BIT: u32 = 1u;

struct Ground {
    floor: vec4<f32>,
    grid: vec4<f32>,
    horizon: vec4<f32>,
    light: vec4<f32>,                               // how much there is far from the characters, and in their shadows
    count: u32,                                     // characters
    focuses_m: array<vec4<f32>, MOST_ABREAST>,      // the points under their pelvises
    occluders: array<vec4<f32>, 72>,                // MOST_ABREAST * OCCLUDER_COUNT: centre and radius, world, metres
}

@group(#{MATERIAL_BIND_GROUP}) @binding(0) var<uniform> ground: Ground;

// How much of the pixel lies on lines of a grid. `at` counts cells, `footprint` is the pixel's size in cells, `width` is a line's
// share of a cell. The integral of the lines over the pixel: neither jagged near nor flickering far.
fn lines(at: vec2<f32>, footprint: vec2<f32>, width: f32) -> f32 {
    let from_cell = at + 0.5 * width - 0.5 * footprint;
    let to_cell = from_cell + footprint;
    let covered = floor(to_cell) * width + min(fract(to_cell), vec2(width)) - floor(from_cell) * width - min(fract(from_cell), vec2(width));
    let share = covered / footprint;
    return max(share.x, share.y);
}

#ifdef NEAR
// How much of the key light arrives. The penumbra widens with the distance from the feet, as under a real lamp.
fn key_light(place: vec3<f32>, from_focus_m: f32, pixel: vec2<f32>) -> f32 {
    let softness_m = 0.012 + 0.042 * from_focus_m;
    let layer = i32(lights.directional_lights[0].depth_texture_base_index);
    let start = interleaved_gradient_noise(pixel, 0u) * 6.2831853;
    // Without shadows nothing is asked of the map. A loop, because software adapters compute both sides of a branch.
    let enabled = lights.directional_lights[0].flags & SHADOWS_ENABLED_BIT;
    var sum = f32(SHADOW_TAPS * (1u - enabled));
    for (var tap = 0u; tap < SHADOW_TAPS * enabled; tap += 1u) {
        // A sunflower: even over the disc, turned from pixel to pixel.
        let angle = start + f32(tap) * 2.3999632;
        let radius = softness_m * sqrt((f32(tap) + 0.5) / f32(SHADOW_TAPS));
        let moved = place + vec3(cos(angle) * radius, 0.004, sin(angle) * radius);
        let local = world_to_directional_light_local(0u, 0u, vec4(moved, 1.0));
        let seen = sample_shadow_map_hardware(local.xy, local.z, layer);
        sum += select(1.0, seen, local.w > 0.0);
    }
    return sum / f32(SHADOW_TAPS);
}

// How much light from above the body parts of a character near the floor leave: each a sphere that hides part of the sky. Nothing
// is hidden at the near part's edge, where the far part goes on.
fn open_sky(place: vec3<f32>, character: u32, from_focus_m: f32) -> f32 {
    var open = 1.0;
    for (var i = 0u; i < OCCLUDER_COUNT; i += 1u) {
        let sphere = ground.occluders[character * OCCLUDER_COUNT + i];
        let to_sphere = sphere.xyz - place;
        let distance2 = max(dot(to_sphere, to_sphere), sphere.w * sphere.w * 0.3);
        let up = max(to_sphere.y, 0.0) * inverseSqrt(distance2);
        open *= 1.0 - clamp(1.5 * up * sphere.w * sphere.w / distance2, 0.0, 0.85);
    }
    return mix(open, 1.0, smoothstep(0.9, 1.4, from_focus_m));
}
#endif

@fragment
fn fragment(in: VertexOutput) -> @location(0) vec4<f32> {
    let place = in.world_position.xyz;
    // The nearest character is the one that counts.
    var nearest = 0u;
    var distance2 = 1e9;
    for (var i = 0u; i < ground.count; i += 1u) {
        let from_focus = place.xz - ground.focuses_m[i].xz;
        let here2 = dot(from_focus, from_focus);
        nearest = select(nearest, i, here2 < distance2);
        distance2 = min(distance2, here2);
    }
    let footprint_m = max(fwidth(place.xz), vec2(1e-5));

    let fine = lines(place.xz * 10.0, footprint_m * 10.0, 0.035) * 0.16 * (1.0 - smoothstep(2.0, 25.0, distance2));
    let coarse = lines(place.xz, footprint_m, 0.0085) * 0.55;
    let grid = max(fine, coarse);

    // A pool of light around the character.
    let pool = mix(ground.light.x, 1.0, 12.0 / (12.0 + distance2));
#ifdef NEAR
    let from_focus_m = sqrt(distance2);
    let light = mix(ground.light.y, 1.0, key_light(place, from_focus_m, in.position.xy)) * open_sky(place, nearest, from_focus_m);
#else
    let light = 1.0;
#endif
    let surface = mix(ground.floor.rgb, ground.grid.rgb, grid) * pool * light;

    // Far away the air swallows the floor.
    let clear = 90.0 / (90.0 + distance2);
    let color = mix(ground.horizon.rgb, surface, clear * clear);

    // Dark gradients show bands without a little noise.
    let noise = (interleaved_gradient_noise(in.position.xy, 0u) - 0.5) * (0.12 / 255.0);
    return vec4(color + noise, 1.0);
}
