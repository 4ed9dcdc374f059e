// A figure that is only half there: its edges glow, its middle hardly. It is added to what is behind it, so the order in which its
// parts are drawn does not matter.

#import bevy_pbr::forward_io::VertexOutput
#import bevy_pbr::mesh_view_bindings::view

@group(#{MATERIAL_BIND_GROUP}) @binding(0) var<uniform> glow: vec4<f32>;    // linear colour and strength

@fragment
fn fragment(in: VertexOutput) -> @location(0) vec4<f32> {
    let to_camera = normalize(view.world_position.xyz - in.world_position.xyz);
    let away = 1.0 - abs(dot(normalize(in.world_normal), to_camera));
    let strength = glow.a * (0.07 + 0.75 * away * away);
    // Without alpha, light is only added.
    return vec4(glow.rgb * strength, 0.0);
}
