//! A network on its way: what is trained, the optimiser's memory, and the averaged weights.

use std::collections::{BTreeMap, HashMap};

use candle_core::{Device, Tensor, Var};

use super::form::Form;
use super::optimiser::{AdamW, Gradients, Slot};
use super::{Objective, Tensors};
use crate::model::error::{Error, Result};

/// A network that learns. Weights, moments and averages are float32, whatever the network was loaded from.
pub struct Learner {
    form: Form,
    variables: BTreeMap<String, Var>,
    pub(super) slots: BTreeMap<String, Slot>,
    pub(super) updates: u64,
}

/// What one update did.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Update {
    /// The mean loss of the update's batches, before the update.
    pub loss: f64,
    /// Length of the gradient before it was clipped.
    pub gradient: f64,
}

impl Learner {
    /// Begins with published tensors.
    ///
    /// # Errors
    /// Tensors that do not fit the form.
    pub fn new(form: Form, tensors: Tensors, seed: u64) -> Result<Self> {
        let trained = form.split(tensors, seed)?;
        let slot = |(name, tensor): (&String, &Tensor)| Ok((name.clone(), Slot::new(tensor.flatten_all()?.to_vec1()?)));
        let slots = trained.iter().map(slot).collect::<Result<_>>()?;
        let variable = |(name, tensor): (String, Tensor)| Ok((name, Var::from_tensor(&tensor)?));
        let variables = trained.into_iter().map(variable).collect::<Result<_>>()?;
        Ok(Self { form, variables, slots, updates: 0 })
    }

    /// Updates so far.
    pub fn updates(&self) -> u64 {
        self.updates
    }

    /// How many numbers are trained.
    pub fn trained(&self) -> usize {
        self.slots.values().map(|slot| slot.weight.len()).sum()
    }

    /// The published tensors of the weights as they are now, with gradients to what is trained.
    ///
    /// # Errors
    /// A defect of this program.
    pub fn tensors(&self) -> Result<Tensors> {
        self.form.join(self.variables.iter().map(|(name, variable)| (name.clone(), variable.as_tensor().clone())).collect())
    }

    /// The published tensors of the averaged weights.
    ///
    /// # Errors
    /// A defect of this program.
    pub fn averaged(&self) -> Result<Tensors> {
        let tensor = |(name, slot): (&String, &Slot)| {
            let shape = self.variables[name].shape();
            Ok((name.clone(), Tensor::from_slice(&slot.averaged, shape, &Device::Cpu)?))
        };
        self.form.join(self.slots.iter().map(tensor).collect::<Result<_>>()?)
    }

    /// The gradients of the mean loss over all batches, and that loss: the same for one large batch and for its parts.
    ///
    /// # Errors
    /// Batches that do not fit the network; a loss that is not finite.
    pub fn gradients<T: Objective>(&self, task: &T, batches: &[T::Batch]) -> Result<(Gradients, f64)> {
        let (mut gradients, mut sum, mut count) = (Gradients::default(), 0.0, 0.0);
        for batch in batches {
            let loss = task.loss(self.tensors()?, batch)?;
            let (value, weight) = (f64::from(loss.value.to_scalar::<f32>()?), loss.count as f64);
            if !value.is_finite() {
                return Err(Error::Input(format!("the loss became {value} after {} updates: take a lower rate", self.updates)));
            }
            // Each batch has a graph of its own, which ends here: memory holds one at a time.
            let found = loss.value.backward()?;
            for (name, variable) in &self.variables {
                if let Some(gradient) = found.get(variable) {
                    gradients.add(name, gradient, weight)?;
                }
            }
            sum += value * weight;
            count += weight;
        }
        gradients.0.values_mut().flatten().for_each(|value| *value /= count as f32);
        Ok((gradients, sum / count))
    }

    /// One update from the gradients over all batches.
    ///
    /// # Errors
    /// As [`gradients`](Self::gradients); the weights are then as before.
    pub fn update<T: Objective>(&mut self, task: &T, batches: &[T::Batch], rate: f64, options: &AdamW) -> Result<Update> {
        let (gradients, loss) = self.gradients(task, batches)?;
        let length = gradients.norm();
        if !length.is_finite() {
            return Err(Error::Input(format!("the gradient became {length} after {} updates: take a lower rate", self.updates)));
        }
        let factor = options.clip.map_or(1.0, |most| (most / (length + 1e-6)).min(1.0));
        self.updates += 1;
        for (name, slot) in &mut self.slots {
            let variable = &self.variables[name];
            let nothing = Vec::new();
            let gradient = gradients.0.get(name).unwrap_or(&nothing);
            if gradient.is_empty() {
                continue;
            }
            let decays = options.decay_all || (variable.rank() > 1 && !name.contains("wte"));
            slot.update(gradient, factor, rate, self.updates, decays, options);
            variable.set(&Tensor::from_slice(&slot.weight, variable.shape(), &Device::Cpu)?)?;
        }
        Ok(Update { loss, gradient: length })
    }

    /// The mean loss of the averaged weights; nothing is learned.
    ///
    /// # Errors
    /// Batches that do not fit the network.
    pub fn measure<T: Objective>(&self, task: &T, batches: &[T::Batch]) -> Result<f64> {
        let tensors = self.averaged()?;
        let (mut sum, mut count) = (0.0, 0.0);
        for batch in batches {
            let loss = task.loss(tensors.clone(), batch)?;
            sum += f64::from(loss.value.to_scalar::<f32>()?) * loss.count as f64;
            count += loss.count as f64;
        }
        Ok(sum / count)
    }

    /// Puts back weights that were saved.
    pub(super) fn restore(&mut self, slots: BTreeMap<String, Slot>, updates: u64) -> Result<()> {
        for (name, slot) in &slots {
            let variable = &self.variables[name];
            variable.set(&Tensor::from_slice(&slot.weight, variable.shape(), &Device::Cpu)?)?;
        }
        (self.slots, self.updates) = (slots, updates);
        Ok(())
    }

    /// Shapes of what is trained.
    pub(super) fn shapes(&self) -> HashMap<String, Vec<usize>> {
        self.variables.iter().map(|(name, variable)| (name.clone(), variable.dims().to_vec())).collect()
    }
}
