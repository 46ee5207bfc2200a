//! The head over rows of several listeners, as near-line updates ask for it.

use crate::common::LIBRARY;
use burn::tensor::{Tensor, TensorData};
use melody_model::{Example, load_shipped};

/// Near-line updates work out once what the experts say of rows that no step changes.
#[test]
fn what_experts_say_of_others_may_be_worked_out_before() {
    let trained = &LIBRARY.model;
    let known = trained.knowing(&vec![0.3; trained.of_listener().len()]);
    let (head, device) = (&known.network.head, &known.device());
    let files = load_shipped("default", device).unwrap().unwrap();
    let examples = &files.examples.held_back[..12];
    let table = |of: fn(&Example) -> &[f32]| {
        let width = of(&examples[0]).len();
        let all: Vec<f32> = examples.iter().flat_map(of).copied().collect();
        Tensor::<2>::from_data(TensorData::new(all, [examples.len(), width]), device)
    };
    let (own, shared) = (table(|e| &e.own), table(|e| &e.shared));
    let bits = |logits: Tensor<2>| logits.into_data().try_to_vec::<f32>().unwrap();
    let all = |mine: usize, experts| {
        bits(head.forward_among(own.clone(), shared.clone(), mine, experts).logits)
    };
    for mine in [1, 5, 11] {
        let rest = |of: &Tensor<2>| of.clone().narrow(0, mine, examples.len() - mine);
        let experts = head.mixture.experts(rest(&own), rest(&shared));
        assert!(experts.is_some());
        assert!(all(mine, experts) == all(mine, None), "{mine} rows of the listener");
        let (whole, nobody) = (all(mine, None), all(0, None));
        let width = whole.len() / examples.len();
        assert!(whole[mine * width..] == nobody[mine * width..], "others' rows are theirs");
        assert!(whole[..mine * width] != nobody[..mine * width], "the embedding counts for these");
    }
    assert!(all(12, None) == bits(head.forward(own.clone(), shared.clone()).logits));
}
