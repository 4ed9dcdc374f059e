// Spreads the corner of a texture that the stage was drawn into over all of it, mixing the four nearest pixels.

#import bevy_core_pipeline::fullscreen_vertex_shader::FullscreenVertexOutput

struct Spread {
    part: vec2<f32>,                                // of the texture's width and height
    pixels: vec2<f32>,                              // the same in pixels
}

@group(0) @binding(0) var drawn: texture_2d<f32>;
@group(0) @binding(1) var unfiltered: sampler;
@group(0) @binding(2) var<uniform> spread: Spread;

@fragment
fn fragment(in: FullscreenVertexOutput) -> @location(0) vec4<f32> {
    let at = clamp(in.uv * spread.pixels - 0.5, vec2(0.0), spread.pixels - 1.0);
    let first = vec2<i32>(at);
    let last = min(first + 1, vec2<i32>(spread.pixels) - 1);
    let between = fract(at);
    let upper = mix(textureLoad(drawn, first, 0), textureLoad(drawn, vec2(last.x, first.y), 0), between.x);
    let lower = mix(textureLoad(drawn, vec2(first.x, last.y), 0), textureLoad(drawn, last, 0), between.x);
    return mix(upper, lower, between.y);
}
