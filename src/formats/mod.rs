//! Reading and writing motion files: BVH, GLB, AMASS npz and feature npy.

pub mod bvh;
