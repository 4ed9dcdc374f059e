// What of a character throws a shadow: all of it, apart from where its base colour lets light through (materials with an alpha mask).

#import bevy_pbr::prepass_io::VertexOutput
#ifdef ALPHA_MASK
#import zoetrope::character_material::material
#ifdef BASE_TEXTURE
#import zoetrope::character_material::{base_texture, base_sampler}
#endif
#endif

fn cut(in: VertexOutput) {
#ifdef ALPHA_MASK
    var alpha = material.base.a;
#ifdef BASE_TEXTURE
    alpha *= textureSample(base_texture, base_sampler, in.uv).a;
#endif
    if alpha < material.cutoff {
        discard;
    }
#endif
}

#ifdef UNCLIPPED_DEPTH_ORTHO_EMULATION
@fragment
fn fragment(in: VertexOutput) -> @builtin(frag_depth) f32 {
    cut(in);
    return in.unclipped_depth;
}
#else
@fragment
fn fragment(in: VertexOutput) {
    cut(in);
}
#endif
