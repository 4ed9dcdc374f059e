//! The material of characters: the uniforms and pictures of `shaders/character.wgsl`.

use super::studio::{CurrentStudio, Decor, Decorating, RIM_COUNT, TO_KEY, linear};
use crate::body::{self, Alpha};
use bevy::asset::{load_internal_asset, uuid_handle};
use bevy::mesh::MeshVertexBufferLayoutRef;
use bevy::pbr::{MaterialPipeline, MaterialPipelineKey};
use bevy::prelude::*;
use bevy::render::render_resource::{AsBindGroup, RenderPipelineDescriptor, ShaderType, SpecializedMeshPipelineError};
use bevy::shader::ShaderRef;

pub(super) const SHADER: Handle<Shader> = uuid_handle!("8d5b1c0a-2a0d-4e53-8b57-0f6f3c9e7d42");
const BINDINGS: Handle<Shader> = uuid_handle!("3b9f6a54-0d27-4a8e-9c1b-6f0e2d7a85c1");
const DEPTH: Handle<Shader> = uuid_handle!("e57c2f18-94b6-4d03-a8f2-1c6d90b37e4a");

/// The light of the studio and the surface, as the shader takes them.
#[derive(Clone, Debug, ShaderType)]
pub(super) struct CharacterUniform {
    base: Vec4,
    emissive: Vec4,
    metallic: f32,
    roughness: f32,
    cutoff: f32,
    unused: f32,
    to_key: Vec4,
    key: Vec4,
    sky: Vec4,
    earth: Vec4,
    to_rims: [Vec4; RIM_COUNT],
    rims: [Vec4; RIM_COUNT],
}

/// A character's surface under the stage's light.
#[derive(Asset, TypePath, AsBindGroup, Clone, Debug)]
#[bind_group_data(SurfaceKey)]
pub(super) struct CharacterMaterial {
    #[uniform(0)]
    uniform: CharacterUniform,
    #[texture(4)]
    #[sampler(5)]
    base: Option<Handle<Image>>,
    #[texture(6)]
    #[sampler(7)]
    normal: Option<Handle<Image>>,
    #[texture(8)]
    #[sampler(9)]
    metal_rough: Option<Handle<Image>>,
    #[texture(10)]
    #[sampler(11)]
    emissive: Option<Handle<Image>>,
    alpha: AlphaMode,
    has_gloss: bool,
    is_double_sided: bool,
    is_unlit: bool,
    is_bone: bool,
}

/// The pictures of a material on the graphics device, as far as it has them and they are drawn.
#[derive(Clone, Debug, Default)]
pub(super) struct Textures<T> {
    pub(super) base: Option<T>,
    pub(super) normal: Option<T>,
    pub(super) metal_rough: Option<T>,
    pub(super) emissive: Option<T>,
}

/// Which shader a material needs.
#[derive(Clone, Copy, PartialEq, Eq, Hash)]
pub(super) struct SurfaceKey {
    base: bool,
    normal: bool,
    metal_rough: bool,
    emissive: bool,
    gloss: bool,
    mask: bool,
    double_sided: bool,
    unlit: bool,
}

impl From<&CharacterMaterial> for SurfaceKey {
    fn from(material: &CharacterMaterial) -> Self {
        Self {
            base: material.base.is_some(),
            normal: material.normal.is_some(),
            metal_rough: material.metal_rough.is_some(),
            emissive: material.emissive.is_some(),
            gloss: material.has_gloss,
            mask: matches!(material.alpha, AlphaMode::Mask(_)),
            double_sided: material.is_double_sided,
            unlit: material.is_unlit,
        }
    }
}

/// Whether a surface is more than a matt plastic with a colour: what weak devices leave out.
pub(super) fn is_fine(material: &body::Material) -> bool {
    let plain = body::Material::default();
    let has_gloss = (material.metallic, material.roughness) != (plain.metallic, plain.roughness) && !material.unlit;
    has_gloss || material.normal_texture.is_some() || material.metal_rough_texture.is_some()
}

impl CharacterUniform {
    fn lit(base: Vec4, decor: &Decor) -> Self {
        let rim = |place: usize| &decor.rims[place];
        let plain = body::Material::default();
        Self {
            base,
            emissive: Vec4::ZERO,
            metallic: plain.metallic,
            roughness: plain.roughness,
            cutoff: 0.0,
            unused: 0.0,
            to_key: TO_KEY.normalize().extend(0.0),
            key: decor.key.extend(0.0),
            sky: decor.sky.extend(decor.sheen),
            earth: decor.earth.extend(0.0),
            to_rims: std::array::from_fn(|place| rim(place).towards.normalize().extend(0.0)),
            rims: std::array::from_fn(|place| rim(place).color.extend(0.0)),
        }
    }

    /// The surface that a mesh is made of, in a studio.
    pub(super) fn of(material: &body::Material, decor: &Decor) -> Self {
        Self {
            emissive: Vec3::from(material.emissive).extend(0.0),
            metallic: material.metallic,
            roughness: material.roughness,
            cutoff: if let Alpha::Mask(cutoff) = material.alpha { cutoff } else { 0.0 },
            ..Self::lit(Vec4::from(material.base_color), decor)
        }
    }

    /// The same surface in another studio.
    pub(super) fn relight(&mut self, decor: &Decor) {
        let Self { to_key, key, sky, earth, to_rims, rims, .. } = Self::lit(self.base, decor);
        *self = Self { to_key, key, sky, earth, to_rims, rims, ..self.clone() };
    }
}

impl CharacterMaterial {
    /// What a mesh is made of; with metal, roughness and normals where that is `fine`.
    pub(super) fn of(material: &body::Material, textures: Textures<Handle<Image>>, fine: bool, decor: &Decor) -> Self {
        let Textures { base, normal, metal_rough, emissive } = textures;
        Self {
            uniform: CharacterUniform::of(material, decor),
            base,
            normal,
            metal_rough,
            emissive,
            alpha: match material.alpha {
                Alpha::Opaque => AlphaMode::Opaque,
                Alpha::Mask(cutoff) => AlphaMode::Mask(cutoff),
                Alpha::Blend => AlphaMode::Blend,
            },
            has_gloss: fine && is_fine(material),
            is_double_sided: material.double_sided,
            is_unlit: material.unlit,
            is_bone: false,
        }
    }

    /// The studio's colour for bones.
    pub(super) fn bone(decor: &Decor) -> Self {
        let mut bone = Self::of(&body::Material::default(), Textures::default(), false, decor);
        bone.uniform.base = linear(decor.bone);
        Self { is_bone: true, ..bone }
    }

    fn relight(&mut self, decor: &Decor) {
        self.uniform.relight(decor);
        if self.is_bone {
            self.uniform.base = linear(decor.bone);
        }
    }
}

impl Material for CharacterMaterial {
    fn fragment_shader() -> ShaderRef {
        SHADER.into()
    }

    fn prepass_fragment_shader() -> ShaderRef {
        DEPTH.into()
    }

    fn alpha_mode(&self) -> AlphaMode {
        self.alpha
    }

    fn specialize(
        _: &MaterialPipeline,
        descriptor: &mut RenderPipelineDescriptor,
        _: &MeshVertexBufferLayoutRef,
        key: MaterialPipelineKey<Self>,
    ) -> Result<(), SpecializedMeshPipelineError> {
        let key = key.bind_group_data;
        if key.double_sided {
            descriptor.primitive.cull_mode = None;
        }
        let Some(fragment) = &mut descriptor.fragment else { return Ok(()) };
        let definitions = [
            (key.base, "BASE_TEXTURE"),
            (key.normal, "NORMAL_TEXTURE"),
            (key.metal_rough, "METAL_ROUGH_TEXTURE"),
            (key.emissive, "EMISSIVE_TEXTURE"),
            (key.gloss, "GLOSS"),
            (key.mask, "ALPHA_MASK"),
            (key.double_sided, "DOUBLE_SIDED"),
            (key.unlit, "UNLIT"),
        ];
        fragment.shader_defs.extend(definitions.into_iter().filter(|(is_set, _)| *is_set).map(|(_, name)| name.into()));
        Ok(())
    }
}

pub(super) struct CharacterMaterialPlugin;

impl Plugin for CharacterMaterialPlugin {
    fn build(&self, app: &mut App) {
        load_internal_asset!(app, BINDINGS, "../../shaders/character_material.wgsl", Shader::from_wgsl);
        load_internal_asset!(app, SHADER, "../../shaders/character.wgsl", Shader::from_wgsl);
        load_internal_asset!(app, DEPTH, "../../shaders/character_depth.wgsl", Shader::from_wgsl);
        app.add_plugins(MaterialPlugin::<CharacterMaterial>::default()).add_systems(PostUpdate, relight.in_set(Decorating));
    }
}

fn relight(studio: Res<'_, CurrentStudio>, mut materials: ResMut<'_, Assets<CharacterMaterial>>) {
    for (_, material) in materials.iter_mut() {
        material.relight(studio.decor());
    }
}
