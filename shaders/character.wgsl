// The character's surface: matt under the stage's light. One key light with a shadow, two rims, a sky, and a sheen at grazing
// angles that keeps the silhouette readable before the dark backdrop.

#import bevy_pbr::forward_io::VertexOutput
#import bevy_pbr::mesh_view_bindings::{lights, view}
#import bevy_pbr::shadows::fetch_directional_shadow

const RIM_COUNT: i32 = 2;
const SHADOWS_ENABLED_BIT: u32 = 1u;

struct CharacterMaterial {
    base: vec4<f32>,                                // multiplied with the vertex colour
    to_key: vec4<f32>,                              // direction to the light, normalized
    key: vec4<f32>,                                 // its light, white surface facing it
    sky: vec4<f32>,                                 // light from above, and how much of it edges take at grazing angles
    earth: vec4<f32>,                               // light from below
    to_rims: array<vec4<f32>, RIM_COUNT>,
    rims: array<vec4<f32>, RIM_COUNT>,
}

@group(#{MATERIAL_BIND_GROUP}) @binding(0) var<uniform> material: CharacterMaterial;

// Bright values come near to white without reaching it (Reinhard's curve with a white point of 2.4, per channel).
fn tone(light: vec3<f32>) -> vec3<f32> {
    return light * (1.0 + light / 5.8) / (1.0 + light);
}

@fragment
fn fragment(in: VertexOutput) -> @location(0) vec4<f32> {
    let place = in.world_position.xyz;
    let normal = normalize(in.world_normal);
    let to_camera = normalize(view.world_position.xyz - place);
    var color = material.base.rgb;
#ifdef VERTEX_COLORS
    color *= in.color.rgb;
#endif

    let depth = dot(vec4(view.view_from_world[0].z, view.view_from_world[1].z, view.view_from_world[2].z, view.view_from_world[3].z), in.world_position);
    // Without shadows nothing is asked of the map. A loop, because software adapters compute both sides of a branch.
    var shadow = 1.0;
    for (var i = 0u; i < (lights.directional_lights[0].flags & SHADOWS_ENABLED_BIT); i += 1u) {
        shadow = fetch_directional_shadow(0u, in.world_position, normal, depth, in.position.xy);
    }
    let facing_key = dot(normal, material.to_key.xyz);
    // A little light creeps around the edge, as in matt plastic.
    let diffuse = shadow * clamp((facing_key + 0.12) / 1.12, 0.0, 1.0);
    let half_way = normalize(material.to_key.xyz + to_camera);
    let gloss = shadow * step(0.0, facing_key) * pow(max(dot(normal, half_way), 0.0), 28.0);

    // The floor takes the sky from what is low and looks down.
    let low = 1.0 - smoothstep(0.0, 0.6, place.y);
    let up = 0.5 + 0.5 * normal.y;
    let open = 1.0 - 0.55 * low * (1.0 - up);
    var light = diffuse * material.key.rgb + open * mix(material.earth.rgb, material.sky.rgb, up);
    for (var i = 0; i < RIM_COUNT; i += 1) {
        light += max(dot(normal, material.to_rims[i].xyz), 0.0) * material.rims[i].rgb;
    }

    let grazing = pow(1.0 - max(dot(normal, to_camera), 0.0), 4.0);
    let sheen = 0.10 * gloss * material.key.rgb + material.sky.a * grazing * open * material.sky.rgb;
    return vec4(tone(color * light + sheen), 1.0);
}
