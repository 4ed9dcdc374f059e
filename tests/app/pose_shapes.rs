//! Pose blend shapes on the graphics device: the shader moves every vertex as the processor does, and the stage shows that.

use super::window::can_draw;
use glam::{Quat, Vec3};
use rand::rngs::StdRng;
use rand::{Rng, SeedableRng};
use std::sync::Arc;
use wgpu::util::DeviceExt;
use zoetrope::body::{BodyMesh, Character, PoseShapes};
use zoetrope::motion::{JOINT_COUNT, Joint, Pose};
use zoetrope::stage::{CameraRig, Pictures};
use zoetrope::view::{CharacterHandle, Figure, Shown, ViewAngle};

fn any_pose(rng: &mut StdRng) -> Pose {
    let mut pose = Pose::REST;
    for local in &mut pose.local {
        let axis = Vec3::new(rng.random_range(-1.0..1.0), rng.random_range(-1.0..1.0), rng.random_range(-1.0..1.0));
        *local = Quat::from_axis_angle(axis.normalize_or(Vec3::X), rng.random_range(-2.5..2.5));
    }
    pose
}

/// Shapes with which joints move some of the vertices by some centimetres, as made-up as a body file's in a test can be.
fn any_shapes(vertices: usize, rng: &mut StdRng) -> PoseShapes {
    let moves_m: Vec<Vec3> = (0..vertices * (JOINT_COUNT - 1) * 9)
        .map(|_| Vec3::new(rng.random_range(-0.05..0.05), rng.random_range(-0.05..0.05), rng.random_range(-0.05..0.05)))
        .collect();
    // Most joints leave most vertices alone, and one vertex is left alone by all.
    let felt = |number: usize, vertex: usize| vertex != 3 && (vertex + number / 9) % 5 < 2;
    PoseShapes::of(vertices, |number, vertex| if felt(number, vertex) { moves_m[number * vertices + vertex] } else { Vec3::ZERO })
}

/// What the stage's own shader says: how far each vertex is moved, metres.
fn moved_by_shader(shapes: &PoseShapes, vertices: usize, pose: &Pose) -> Vec<Vec3> {
    let source = include_str!("../../shaders/pose_shapes.wgsl")
        .replace("#define_import_path zoetrope::pose_shapes", "")
        .replace("#{MATERIAL_BIND_GROUP}", "0");
    let entry = "
        @group(0) @binding(0) var<storage, read_write> moves: array<vec4<f32>>;
        @compute @workgroup_size(64)
        fn all(@builtin(global_invocation_id) id: vec3<u32>) {
            if id.x < arrayLength(&moves) {
                moves[id.x] = vec4(moved(id.x), 1.0);
            }
        }";
    let mut description = wgpu::InstanceDescriptor::new_without_display_handle();
    description.backends = wgpu::Backends::PRIMARY;
    let instance = wgpu::Instance::new(description);
    let adapter = pollster::block_on(instance.request_adapter(&wgpu::RequestAdapterOptions::default())).expect("an adapter");
    let (device, queue) = pollster::block_on(adapter.request_device(&wgpu::DeviceDescriptor::default())).expect("a device");
    let module = device.create_shader_module(wgpu::ShaderModuleDescriptor {
        label: None,
        source: wgpu::ShaderSource::Wgsl(format!("{source}{entry}").into()),
    });
    let pipeline = device.create_compute_pipeline(&wgpu::ComputePipelineDescriptor {
        label: None,
        layout: None,
        module: &module,
        entry_point: Some("all"),
        compilation_options: wgpu::PipelineCompilationOptions::default(),
        cache: None,
    });
    let (starts, blocks) = shapes.packed(vertices);
    let upload = |contents: &[u8], usage| device.create_buffer_init(&wgpu::util::BufferInitDescriptor { label: None, contents, usage });
    let numbers: Vec<f32> = PoseShapes::numbers(pose).iter().flatten().flat_map(|row| row.to_array()).collect();
    let blocks: Vec<f32> = blocks.iter().flat_map(|row| row.to_array()).collect();
    let size = 16 * vertices as u64;
    let buffer = |usage| device.create_buffer(&wgpu::BufferDescriptor { label: None, size, usage, mapped_at_creation: false });
    let out = buffer(wgpu::BufferUsages::STORAGE | wgpu::BufferUsages::COPY_SRC);
    let staging = buffer(wgpu::BufferUsages::COPY_DST | wgpu::BufferUsages::MAP_READ);
    let numbers = upload(bytemuck::cast_slice(&numbers), wgpu::BufferUsages::UNIFORM);
    let starts = upload(bytemuck::cast_slice(&starts), wgpu::BufferUsages::STORAGE);
    let blocks = upload(bytemuck::cast_slice(&blocks), wgpu::BufferUsages::STORAGE);
    let entries: Vec<_> = [&out, &numbers, &starts, &blocks]
        .into_iter()
        .enumerate()
        .map(|(binding, buffer)| wgpu::BindGroupEntry { binding: binding as u32, resource: buffer.as_entire_binding() })
        .collect();
    let layout = pipeline.get_bind_group_layout(0);
    let group = device.create_bind_group(&wgpu::BindGroupDescriptor { label: None, layout: &layout, entries: &entries });
    let mut encoder = device.create_command_encoder(&wgpu::CommandEncoderDescriptor::default());
    {
        let mut pass = encoder.begin_compute_pass(&wgpu::ComputePassDescriptor::default());
        pass.set_pipeline(&pipeline);
        pass.set_bind_group(0, &group, &[]);
        pass.dispatch_workgroups(vertices.div_ceil(64) as u32, 1, 1);
    }
    encoder.copy_buffer_to_buffer(&out, 0, &staging, 0, size);
    queue.submit([encoder.finish()]);
    staging.slice(..).map_async(wgpu::MapMode::Read, |mapped| mapped.expect("mapped"));
    device.poll(wgpu::PollType::wait_indefinitely()).expect("done");
    let values: Vec<f32> = bytemuck::pod_collect_to_vec(&staging.slice(..).get_mapped_range()[..]);
    values.chunks_exact(4).map(Vec3::from_slice).collect()
}

#[test]
fn the_shader_moves_every_vertex_as_the_processor_does() {
    if !can_draw() {
        return;
    }
    let mut rng = StdRng::seed_from_u64(11);
    for vertices in [1, 4, 333] {
        let shapes = any_shapes(vertices, &mut rng);
        let pose = any_pose(&mut rng);
        let mut expected_m = vec![Vec3::ZERO; vertices];
        shapes.add_to(&mut expected_m, &pose);
        let apart_m = moved_by_shader(&shapes, vertices, &pose).iter().zip(&expected_m).map(|(a, b)| a.distance(*b)).fold(0.0, f32::max);
        assert!(apart_m < 1e-4, "{vertices} vertices: {apart_m} m");
        let most_m = expected_m.iter().map(|move_m| move_m.length()).fold(0.0, f32::max);
        assert!(vertices < 4 || most_m > 0.05, "there is something to see: {most_m} m");
    }
}

#[test]
fn the_stage_shows_a_body_and_its_shadow_as_its_pose_moves_it() {
    if !can_draw() {
        return;
    }
    let mut pose = Pose::REST;
    pose.local[Joint::LShoulder as usize] = Quat::from_rotation_z(-1.2);
    pose.local[Joint::RElbow as usize] = Quat::from_rotation_y(1.0);
    let plain = Character::mannequin();
    let mesh = &plain.meshes()[0];
    // The left shoulder's turn makes the trunk thick, the right elbow's the head long.
    let of = |joint: Joint, number: usize| (joint as usize - 1) * 9 + number;
    let move_m = |number: usize, vertex: usize| {
        let place_m = mesh.positions_m[vertex];
        if number == of(Joint::LShoulder, 0) && place_m.y > 0.9 && place_m.y < 1.3 && place_m.x.abs() < 0.2 {
            Vec3::new(place_m.x, 0.0, place_m.z) * -1.5
        } else if number == of(Joint::RElbow, 2) && place_m.y > 1.5 {
            Vec3::Y * (place_m.y - 1.5)
        } else {
            Vec3::ZERO
        }
    };
    let shapes = PoseShapes::of(mesh.positions_m.len(), move_m);
    let of_mesh = |mesh: BodyMesh| Character::new(plain.mapping().clone(), vec![mesh]);
    let body = of_mesh(BodyMesh { pose_shapes: Arc::new(shapes), ..mesh.clone() });
    let baked = of_mesh(BodyMesh { positions_m: body.meshes()[0].posed_m(&pose), ..mesh.clone() });
    let shown = |character: Character| {
        let mut shown = Shown::alone(pose, Figure::Mannequin);
        shown.actors[0].character = CharacterHandle(Some(Arc::new(character)));
        shown
    };
    // Of one stage after the other, since a stage keeps what it has made.
    let draw = |shown: Vec<Shown>| -> Vec<image::RgbaImage> {
        let pictures = Pictures::of(shown.into_iter(), CameraRig::new(ViewAngle::ThreeQuarter), (320, 240)).expect("a stage");
        pictures.map(|picture| picture.expect("a picture").pixels).collect()
    };
    let [moved, baked, still] = [body.clone(), baked, plain.clone()].map(|character| draw(vec![shown(character)]).remove(0));
    let differing = |a: &image::RgbaImage, b: &image::RgbaImage| {
        a.pixels().zip(b.pixels()).filter(|(a, b)| a.0.iter().zip(b.0).any(|(a, b)| a.abs_diff(b) > 10)).count()
    };
    assert!(differing(&moved, &still) > 400, "the shapes are seen: {}", differing(&moved, &still));
    assert!(differing(&moved, &baked) < 8, "as the processor would have it, shadow and all: {}", differing(&moved, &baked));
    // Put on a running stage, which takes a frame or two, and taken off again.
    let changing: Vec<_> = [&plain, &body, &plain].into_iter().flat_map(|character| vec![shown(character.clone()); 4]).collect();
    let changing = draw(changing);
    for (place, expected) in [(3, &still), (7, &moved), (11, &still)] {
        assert!(differing(&changing[place], expected) < 8, "picture {place}: {}", differing(&changing[place], expected));
    }
}
