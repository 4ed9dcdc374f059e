//! The character: the mannequin's skinned mesh, and a skeleton of bones on the same joints.

use super::clay::ClayMaterial;
use super::palette;
use super::surface::{Surface, skeleton_surface};
use crate::body::Character;
use crate::motion::{JOINT_COUNT, Pose, rest_positions};
use bevy::asset::RenderAssetUsages;
use bevy::camera::visibility::NoFrustumCulling;
use bevy::mesh::skinning::{SkinnedMesh, SkinnedMeshInverseBindposes};
use bevy::mesh::{Indices, PrimitiveTopology, VertexAttributeValues};
use bevy::prelude::*;
use serde::{Deserialize, Serialize};

/// What stands on the stage.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub enum Figure {
    /// The mannequin.
    #[default]
    Mannequin,
    /// Bones only.
    Skeleton,
}

/// What the stage shows right now; written by whoever owns the time.
#[derive(Resource, Clone, Debug, PartialEq)]
pub struct Shown {
    /// The character's pose.
    pub pose: Pose,
    /// Which of its looks.
    pub figure: Figure,
}

impl Default for Shown {
    fn default() -> Self {
        Self { pose: Pose::REST, figure: Figure::Mannequin }
    }
}

/// The joint of this index.
#[derive(Component, Clone, Copy)]
struct JointOf(usize);

pub(super) struct CharacterPlugin;

impl Plugin for CharacterPlugin {
    fn build(&self, app: &mut App) {
        app.init_resource::<Shown>()
            .add_systems(Startup, spawn)
            .add_systems(PostUpdate, (pose_joints, choose_figure).before(TransformSystems::Propagate));
    }
}

fn spawn(
    mut commands: Commands<'_, '_>,
    mut meshes: ResMut<'_, Assets<Mesh>>,
    mut materials: ResMut<'_, Assets<ClayMaterial>>,
    mut bindposes: ResMut<'_, Assets<SkinnedMeshInverseBindposes>>,
) {
    let rest_m = rest_positions();
    let joints: Vec<Entity> =
        (0..JOINT_COUNT).map(|joint| commands.spawn((JointOf(joint), Transform::from_translation(rest_m[joint]))).id()).collect();
    // Rest rotations are the identity, so a bind pose is a place and nothing more.
    let inverse_bindposes = bindposes.add(rest_m.map(|place_m| Mat4::from_translation(-place_m)).to_vec());
    let skin = SkinnedMesh { inverse_bindposes, joints };

    let clay = materials.add(ClayMaterial::new(Color::WHITE));
    let bone = materials.add(ClayMaterial::new(palette::BONE));
    for (figure, surface, material) in
        [(Figure::Mannequin, Surface::of(&Character::mannequin()), clay), (Figure::Skeleton, skeleton_surface(), bone)]
    {
        // Bevy culls skinned meshes by the box of their bind pose, which is where the character started, not where it went.
        commands.spawn((FigureMesh(figure), Mesh3d(meshes.add(mesh(surface))), MeshMaterial3d(material), skin.clone(), NoFrustumCulling));
    }
}

#[derive(Component)]
struct FigureMesh(Figure);

fn mesh(surface: Surface) -> Mesh {
    let joints = surface.joints.iter().map(|joints| joints.map(u16::from)).collect();
    let mut mesh = Mesh::new(PrimitiveTopology::TriangleList, RenderAssetUsages::RENDER_WORLD)
        .with_inserted_attribute(Mesh::ATTRIBUTE_POSITION, surface.positions_m)
        .with_inserted_attribute(Mesh::ATTRIBUTE_NORMAL, surface.normals)
        .with_inserted_attribute(Mesh::ATTRIBUTE_JOINT_INDEX, VertexAttributeValues::Uint16x4(joints))
        .with_inserted_attribute(Mesh::ATTRIBUTE_JOINT_WEIGHT, surface.weights)
        .with_inserted_indices(Indices::U32(surface.indices));
    if !surface.colors.is_empty() {
        mesh.insert_attribute(Mesh::ATTRIBUTE_COLOR, surface.colors);
    }
    mesh
}

fn pose_joints(shown: Res<'_, Shown>, mut joints: Query<'_, '_, (&JointOf, &mut Transform)>) {
    if !shown.is_changed() {
        return;
    }
    let world = shown.pose.world();
    for (joint, mut transform) in &mut joints {
        *transform = Transform::from_translation(world.positions_m[joint.0]).with_rotation(world.rotations[joint.0]);
    }
}

fn choose_figure(shown: Res<'_, Shown>, mut figures: Query<'_, '_, (&FigureMesh, &mut Visibility)>) {
    if !shown.is_changed() {
        return;
    }
    for (figure, mut visibility) in &mut figures {
        let wanted = if figure.0 == shown.figure { Visibility::Visible } else { Visibility::Hidden };
        visibility.set_if_neq(wanted);
    }
}
