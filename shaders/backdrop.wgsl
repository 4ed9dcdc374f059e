// The air behind the stage: the horizon's colour, darker upwards. Meets the floor's far colour at the horizon.

#import bevy_pbr::forward_io::VertexOutput
#import bevy_pbr::mesh_view_bindings::view
#import bevy_pbr::utils::interleaved_gradient_noise

struct Backdrop {
    horizon: vec4<f32>,
    zenith: vec4<f32>,
}

@group(#{MATERIAL_BIND_GROUP}) @binding(0) var<uniform> backdrop: Backdrop;

@fragment
fn fragment(in: VertexOutput) -> @location(0) vec4<f32> {
    let towards = normalize(in.world_position.xyz - view.world_position.xyz);
    let height = smoothstep(0.0, 0.42, towards.y);
    let color = mix(backdrop.horizon.rgb, backdrop.zenith.rgb, height);
    let noise = (interleaved_gradient_noise(in.position.xy, 0u) - 0.5) * (0.12 / 255.0);
    return vec4(color + noise, 1.0);
}
