//! Characters: meshes with skin weights on a rig of any joints, and how our motions move it.
//!
//! Where characters come from: [`Character::mannequin_with`] unpacks the figure that [`mannequin`] makes and `assets/` carries, and gives
//! it a look; [`BodyModel::character`] shapes a user's own SMPL body. A third kind is one more variant of [`CharacterKind`], which settings and
//! projects keep, and one more maker that hands a mapping and meshes to [`Character::new`]. Everything downstream (stage, exporters) reads
//! only [`Character`].
//!
//! Space: metres, Y up. A motion is on our skeleton; [`Character::world`] and [`Character::follows`] put it on the character's own rig. Not
//! here: drawing, files of users.

mod asset;
mod character;
pub mod check;
mod choice;
mod look;
pub mod mannequin;
mod material;
mod mesh;
mod outline;
mod picture;
mod pose_shapes;
mod shape;
mod skin;

pub use asset::{AssetError, srgb_from_linear};
pub use character::Character;
pub use choice::{CharacterChoice, CharacterKind};
pub use look::{BUILDS, COLORS, MannequinLook};
pub use material::{Alpha, Material, Texture, Wrap};
pub use mesh::BodyMesh;
pub use outline::outline;
pub use picture::Image;
pub use pose_shapes::{POSE_SHAPES, PoseShapes, ROWS_OF_JOINT};
pub use shape::{BodyModel, BodyModelError, MOST_DEVIATION};
pub use skin::{skin, skin_with_normals};
