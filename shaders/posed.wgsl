// Vertices of an SMPL body: moved as the pose wants, then skinned. For the picture and for the shadow map.

#import bevy_pbr::mesh_bindings::mesh
#import bevy_pbr::mesh_functions
#import bevy_pbr::skinning
#import bevy_pbr::view_transformations::position_world_to_clip
#import zoetrope::pose_shapes::moved

#ifdef PREPASS_PIPELINE
#import bevy_pbr::prepass_io::{Vertex, VertexOutput}
#else
#import bevy_pbr::forward_io::{Vertex, VertexOutput}
#endif

@vertex
fn vertex(in: Vertex, @builtin(vertex_index) index: u32) -> VertexOutput {
    var out: VertexOutput;
    let rest = in.position + moved(index - mesh[in.instance_index].first_vertex_index);
    let world_from_rest = skinning::skin_model(in.joint_indices, in.joint_weights, in.instance_index);
    out.world_position = mesh_functions::mesh_position_local_to_world(world_from_rest, vec4(rest, 1.0));
    out.position = position_world_to_clip(out.world_position.xyz);
#ifdef PREPASS_PIPELINE
#ifdef UNCLIPPED_DEPTH_ORTHO_EMULATION
    out.unclipped_depth = out.position.z;
    out.position.z = min(out.position.z, 1.0);
#endif
#else
    out.world_normal = skinning::skin_normals(world_from_rest, in.normal);
#endif
#ifdef VERTEX_COLORS
    out.color = in.color;
#endif
#ifdef VERTEX_OUTPUT_INSTANCE_INDEX
    out.instance_index = in.instance_index;
#endif
    return out;
}
