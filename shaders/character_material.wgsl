// What a character's material is, under the stage's light: uniforms and pictures. `stage::material` fills them.

#define_import_path zoetrope::character_material

const RIMS: i32 = 2;

struct CharacterMaterial {
    base: vec4<f32>,                                // base colour and alpha, multiplied with the vertex colour
    emissive: vec4<f32>,                            // light of its own
    metallic: f32,
    roughness: f32,
    cutoff: f32,                                    // the alpha below which nothing is there
    unused: f32,
    to_key: vec4<f32>,                              // direction to the light, normalized
    key: vec4<f32>,                                 // its light, white surface facing it
    sky: vec4<f32>,                                 // light from above, and how much of it edges take at grazing angles
    earth: vec4<f32>,                               // light from below
    to_rims: array<vec4<f32>, RIMS>,
    rims: array<vec4<f32>, RIMS>,
}

@group(#{MATERIAL_BIND_GROUP}) @binding(0) var<uniform> material: CharacterMaterial;
#ifdef BASE_TEXTURE
@group(#{MATERIAL_BIND_GROUP}) @binding(4) var base_texture: texture_2d<f32>;
@group(#{MATERIAL_BIND_GROUP}) @binding(5) var base_sampler: sampler;
#endif
#ifdef NORMAL_TEXTURE
@group(#{MATERIAL_BIND_GROUP}) @binding(6) var normal_texture: texture_2d<f32>;
@group(#{MATERIAL_BIND_GROUP}) @binding(7) var normal_sampler: sampler;
#endif
#ifdef METAL_ROUGH_TEXTURE
@group(#{MATERIAL_BIND_GROUP}) @binding(8) var metal_rough_texture: texture_2d<f32>;
@group(#{MATERIAL_BIND_GROUP}) @binding(9) var metal_rough_sampler: sampler;
#endif
#ifdef EMISSIVE_TEXTURE
@group(#{MATERIAL_BIND_GROUP}) @binding(10) var emissive_texture: texture_2d<f32>;
@group(#{MATERIAL_BIND_GROUP}) @binding(11) var emissive_sampler: sampler;
#endif
