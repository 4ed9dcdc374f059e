// A figure that is only half there: its edges are seen, its middle hardly. In the dark it is added to what is behind it; in the light it
// hides some of that, since more light would not be seen.

#import bevy_pbr::forward_io::VertexOutput
#import bevy_pbr::mesh_view_bindings::view

struct Ghost {
    glow: vec4<f32>,                                // linear colour and strength
    hides: vec4<f32>,                               // x: how much of what is behind
}

@group(#{MATERIAL_BIND_GROUP}) @binding(0) var<uniform> ghost: Ghost;

@fragment
fn fragment(in: VertexOutput) -> @location(0) vec4<f32> {
    let to_camera = normalize(view.world_position.xyz - in.world_position.xyz);
    let away = 1.0 - abs(dot(normalize(in.world_normal), to_camera));
    let strength = ghost.glow.a * (0.07 + 0.75 * away * away);
    return vec4(ghost.glow.rgb * strength, ghost.hides.x * strength);
}
