// The character's surface under the stage's light: one key light with a shadow, two rims, a sky, and a sheen at grazing angles that
// keeps the silhouette readable before the dark backdrop. As it stands it is a matt plastic, which is what our own characters are made
// of; what else a material has is added by definitions, so that nobody pays for what is not there:
//
// BASE_TEXTURE, EMISSIVE_TEXTURE   colour and glow from pictures
// NORMAL_TEXTURE                   normals from a picture, in the space of the surface
// GLOSS, METAL_ROUGH_TEXTURE       metal and roughness other than the matt plastic's, from a picture too
// ALPHA_MASK, UNLIT, DOUBLE_SIDED  as in glTF

#import bevy_pbr::forward_io::VertexOutput
#import bevy_pbr::mesh_view_bindings::{lights, view}
#import bevy_pbr::shadows::fetch_directional_shadow
#import zoetrope::character_material::material
#ifdef BASE_TEXTURE
#import zoetrope::character_material::{base_texture, base_sampler}
#endif
#ifdef NORMAL_TEXTURE
#import zoetrope::character_material::{normal_texture, normal_sampler}
#endif
#ifdef METAL_ROUGH_TEXTURE
#import zoetrope::character_material::{metal_rough_texture, metal_rough_sampler}
#endif
#ifdef EMISSIVE_TEXTURE
#import zoetrope::character_material::{emissive_texture, emissive_sampler}
#endif

const RIM_COUNT: i32 = 2;
const SHADOWS_ENABLED_BIT: u32 = 1u;

// Bright values come near to white without reaching it (Reinhard's curve with a white point of 2.4, per channel).
fn tone(light: vec3<f32>) -> vec3<f32> {
    return light * (1.0 + light / 5.8) / (1.0 + light);
}

#ifdef NORMAL_TEXTURE
// The normal that a picture tells, in the world. The directions in which its coordinates grow follow from how they and the place change
// from pixel to pixel (Schüler, "Normal Mapping Without Precomputed Tangents", ShaderX 5, 2007), which needs no tangents in the mesh.
fn told_normal(told: vec3<f32>, normal: vec3<f32>, place: vec3<f32>, uv: vec2<f32>) -> vec3<f32> {
    let uv_right = dpdx(uv);
    let uv_down = dpdy(uv);
    let across_down = cross(dpdy(place), normal);
    let across_right = cross(normal, dpdx(place));
    // Pixels go right and down, which turns both directions around.
    let along_u = -(across_down * uv_right.x + across_right * uv_down.x);
    let along_v = -(across_down * uv_right.y + across_right * uv_down.y);
    let length = inverseSqrt(max(max(dot(along_u, along_u), dot(along_v, along_v)), 1e-30));
    // Green points up on the picture, its second coordinate down.
    return normalize(normal * told.z + (along_u * told.x - along_v * told.y) * length);
}
#endif

@fragment
fn fragment(
    in: VertexOutput,
#ifdef DOUBLE_SIDED
    @builtin(front_facing) is_front: bool,
#endif
) -> @location(0) vec4<f32> {
    let place = in.world_position.xyz;
    var base = material.base;
#ifdef VERTEX_COLORS
    base *= in.color;
#endif
#ifdef BASE_TEXTURE
    base *= textureSample(base_texture, base_sampler, in.uv);
#endif
    var glow = material.emissive.rgb;
#ifdef EMISSIVE_TEXTURE
    glow *= textureSample(emissive_texture, emissive_sampler, in.uv).rgb;
#endif
    var normal = normalize(in.world_normal);
#ifdef DOUBLE_SIDED
    normal = select(-normal, normal, is_front);
#endif
#ifdef NORMAL_TEXTURE
    normal = told_normal(2.0 * textureSample(normal_texture, normal_sampler, in.uv).xyz - 1.0, normal, place, in.uv);
#endif
    var metallic = material.metallic;
    var roughness = material.roughness;
#ifdef METAL_ROUGH_TEXTURE
    let metal_rough = textureSample(metal_rough_texture, metal_rough_sampler, in.uv);
    metallic *= metal_rough.b;
    roughness *= metal_rough.g;
#endif
#ifdef ALPHA_MASK
    if base.a < material.cutoff {
        discard;
    }
    base.a = 1.0;
#endif
#ifdef UNLIT
    return vec4(base.rgb + glow, base.a);
#else
    let color = base.rgb;
    let to_camera = normalize(view.world_position.xyz - place);

    let depth = dot(vec4(view.view_from_world[0].z, view.view_from_world[1].z, view.view_from_world[2].z, view.view_from_world[3].z), in.world_position);
    // Without shadows nothing is asked of the map. A loop, because software adapters compute both sides of a branch.
    var shadow = 1.0;
    for (var i = 0u; i < (lights.directional_lights[0].flags & SHADOWS_ENABLED_BIT); i += 1u) {
        shadow = fetch_directional_shadow(0u, in.world_position, normal, depth, in.position.xy);
    }
    let facing_key = dot(normal, material.to_key.xyz);
    // A little light creeps around the edge, as in clay.
    let diffuse = shadow * clamp((facing_key + 0.12) / 1.12, 0.0, 1.0);
    let half_way = normalize(material.to_key.xyz + to_camera);
    let mirrors_key = max(dot(normal, half_way), 0.0);

    // The floor takes the sky from what is low and looks down.
    let low = 1.0 - smoothstep(0.0, 0.6, place.y);
    let up = 0.5 + 0.5 * normal.y;
    let open = 1.0 - 0.55 * low * (1.0 - up);
    var light = diffuse * material.key.rgb + open * mix(material.earth.rgb, material.sky.rgb, up);
    for (var i = 0; i < RIM_COUNT; i += 1) {
        light += max(dot(normal, material.to_rims[i].xyz), 0.0) * material.rims[i].rgb;
    }

    let grazing = pow(1.0 - max(dot(normal, to_camera), 0.0), 4.0);
#ifdef GLOSS
    // The matt plastic's lobe at its roughness of 0.6, narrower and brighter where it is smoother. Metal has no light of its own colour
    // but what it mirrors: the key light, and the room in the direction of reflection.
    let fourth = pow(clamp(roughness, 0.12, 1.0), 4.0);
    let exponent = 3.63 / fourth;
    let lobe = shadow * step(0.0, facing_key) * pow(mirrors_key, exponent) * (exponent + 2.0) / 12.0;
    let mirrored = mix(vec3(0.04), color, metallic);
    let reflected = reflect(-to_camera, normal);
    let room = mix(material.earth.rgb, material.sky.rgb, smoothstep(-roughness - 0.1, roughness + 0.1, reflected.y));
    let matt = (1.0 - metallic) * color * light;
    let metal = metallic * color * (0.35 * light + 1.6 * open * room);
    let sheen = min(lobe, 8.0) * mirrored * material.key.rgb + material.sky.a * grazing * open * material.sky.rgb;
    return vec4(tone(matt + metal + sheen + glow), base.a);
#else
    let gloss = shadow * step(0.0, facing_key) * pow(mirrors_key, 28.0);
    let sheen = 0.10 * gloss * material.key.rgb + material.sky.a * grazing * open * material.sky.rgb;
    return vec4(tone(color * light + sheen + glow), base.a);
#endif
#endif
}
