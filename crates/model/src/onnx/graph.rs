//! A graph in the making: operators one after the other, each named by what it puts out.
//!
//! A parameter becomes part of a graph when it is first asked for. Where the network uses a part of one, that part is cut here, once, and
//! not by the graph at every run.

use std::collections::{BTreeMap, BTreeSet};
use std::ops::Range;

use burn::store::ModuleSnapshot;

use super::proto::{
    Attribute, Dimension, GraphProto, Node, Numbers, Shape, Size, Tensor, TensorType, Type,
    ValueInfo,
};
use crate::network::assembled::Network;
use crate::numbers::floats;

/// A network's parameters by burn's names, dense layers `[inputs, outputs]`.
pub(super) struct Parameters(BTreeMap<String, Parameter>);

pub(super) struct Parameter {
    pub shape: Vec<usize>,
    pub values: Vec<f32>,
}

impl Parameters {
    pub(super) fn of(network: &Network) -> Self {
        let tensors = network.collect(None, None, true).into_iter().map(|tensor| {
            let shape = tensor.shape.iter().copied().collect();
            let bytes = tensor.to_bytes().expect("weights are in this machine's memory");
            (tensor.name.clone(), Parameter { shape, values: floats(&bytes).collect() })
        });
        Parameters(tensors.collect())
    }

    /// One of them. The graphs ask for those that the config says there are.
    pub(super) fn get(&self, name: &str) -> &Parameter {
        self.0.get(name).unwrap_or_else(|| panic!("the network has a parameter {name}"))
    }

    /// How many there are called `PREFIX.0`, `PREFIX.1`, ..., each with this behind.
    pub(super) fn count(&self, prefix: &str, behind: &str) -> usize {
        (0..).take_while(|i| self.0.contains_key(&format!("{prefix}.{i}{behind}"))).count()
    }
}

/// What an operator puts out, or a graph is given.
#[derive(Clone, Debug)]
pub(super) struct Value(String);

/// A graph in the making.
pub(super) struct Graph<'a> {
    parameters: &'a Parameters,
    made: GraphProto,
    stored: BTreeSet<String>,
}

/// A dimension whose length the caller chooses.
pub(super) fn any(name: &str) -> Size {
    Size::Any(name.into())
}

/// A dimension that always has so many places.
pub(super) fn fixed(size: usize) -> Size {
    Size::Fixed(size as i64)
}

impl<'a> Graph<'a> {
    pub(super) fn new(name: &str, parameters: &'a Parameters) -> Self {
        let made = GraphProto { name: Some(name.into()), ..Default::default() };
        Graph { parameters, made, stored: BTreeSet::new() }
    }

    pub(super) fn finish(self) -> GraphProto {
        self.made
    }

    pub(super) fn parameters(&self) -> &'a Parameters {
        self.parameters
    }

    pub(super) fn input(&mut self, name: &str, numbers: Numbers, shape: &[Size]) -> Value {
        self.made.input.push(info(name, numbers, shape));
        Value(name.into())
    }

    pub(super) fn output(&mut self, name: &str, value: &Value, shape: &[Size]) {
        self.made.output.push(info(name, Numbers::Float, shape));
        self.node("Identity", &[value], name, Vec::new());
    }

    /// One operator, of one result.
    pub(super) fn op(&mut self, kind: &str, of: &[&Value], attributes: Vec<Attribute>) -> Value {
        let name = format!("{}_{}", kind.to_lowercase(), self.made.node.len());
        self.node(kind, of, &name, attributes)
    }

    fn node(&mut self, kind: &str, of: &[&Value], out: &str, attribute: Vec<Attribute>) -> Value {
        self.made.node.push(Node {
            input: of.iter().map(|value| value.0.clone()).collect(),
            output: vec![out.into()],
            name: Some(out.into()),
            op_type: Some(kind.into()),
            attribute,
        });
        Value(out.into())
    }

    fn store(&mut self, name: String, numbers: Numbers, dims: &[usize], bytes: Vec<u8>) -> Value {
        if self.stored.insert(name.clone()) {
            self.made.initializer.push(Tensor {
                dims: dims.iter().map(|&size| size as i64).collect(),
                data_type: Some(numbers as i32),
                name: Some(name.clone()),
                raw_data: Some(bytes),
            });
        }
        Value(name)
    }

    fn floats(&mut self, name: String, dims: &[usize], values: &[f32]) -> Value {
        let bytes = values.iter().flat_map(|value| value.to_le_bytes()).collect();
        self.store(name, Numbers::Float, dims, bytes)
    }

    /// A parameter as it is. An input may be called as one.
    pub(super) fn parameter(&mut self, name: &str) -> Value {
        let Parameter { shape, values } = self.parameters.get(name);
        self.floats(format!("network.{name}"), shape, values)
    }

    /// A parameter as one row of numbers.
    pub(super) fn flat(&mut self, name: &str) -> Value {
        let Parameter { values, .. } = self.parameters.get(name);
        self.floats(format!("network.{name} (flat)"), &[values.len()], values)
    }

    /// Places of a parameter's first dimension.
    pub(super) fn part(&mut self, name: &str, places: Range<usize>) -> Value {
        let Parameter { shape, values } = self.parameters.get(name);
        let width = shape[1..].iter().product::<usize>();
        let mut shape = shape.clone();
        shape[0] = places.len();
        let values = &values[places.start * width..places.end * width];
        self.floats(format!("network.{name} ({}..{})", places.start, places.end), &shape, values)
    }

    /// A column of a parameter of two dimensions, `[rows, 1, 1]`.
    pub(super) fn column(&mut self, name: &str, column: usize) -> Value {
        let Parameter { shape, values } = self.parameters.get(name);
        let values: Vec<f32> = values.iter().skip(column).step_by(shape[1]).copied().collect();
        self.floats(format!("network.{name} (column {column})"), &[values.len(), 1, 1], &values)
    }

    /// A constant of these dimensions.
    pub(super) fn constant(&mut self, dims: &[usize], values: &[f32]) -> Value {
        let name = format!("constant_{}", self.stored.len());
        self.floats(name, dims, values)
    }

    /// A number.
    pub(super) fn number(&mut self, value: f32) -> Value {
        self.floats(format!("number {value}"), &[], &[value])
    }

    /// A whole number.
    pub(super) fn whole(&mut self, value: i64) -> Value {
        self.store(format!("whole {value}"), Numbers::Whole, &[], value.to_le_bytes().into())
    }

    /// A list of whole numbers, as axes and shapes are given.
    pub(super) fn list(&mut self, values: &[i64]) -> Value {
        let bytes = values.iter().flat_map(|value| value.to_le_bytes()).collect();
        self.store(format!("list {values:?}"), Numbers::Whole, &[values.len()], bytes)
    }

    /// A flag that holds, `[1, 1]`.
    pub(super) fn truth(&mut self) -> Value {
        self.store("true".into(), Numbers::Flag, &[1, 1], vec![1])
    }

    pub(super) fn two(&mut self, kind: &str, a: &Value, b: &Value) -> Value {
        self.op(kind, &[a, b], Vec::new())
    }

    pub(super) fn one(&mut self, kind: &str, a: &Value) -> Value {
        self.op(kind, &[a], Vec::new())
    }

    pub(super) fn either(&mut self, when: &Value, then: &Value, otherwise: &Value) -> Value {
        self.op("Where", &[when, then, otherwise], Vec::new())
    }

    pub(super) fn concat(&mut self, axis: i64, parts: &[&Value]) -> Value {
        self.op("Concat", parts, vec![Attribute::whole("axis", axis)])
    }

    /// Places of an axis, in place of which the places' own dimensions stand.
    pub(super) fn gather(&mut self, table: &Value, places: &Value, axis: i64) -> Value {
        self.op("Gather", &[table, places], vec![Attribute::whole("axis", axis)])
    }

    pub(super) fn transpose(&mut self, value: &Value, order: &[i64]) -> Value {
        self.op("Transpose", &[value], vec![Attribute::list("perm", order)])
    }

    /// New dimensions of the same numbers; 0 keeps what is there.
    pub(super) fn reshape(&mut self, value: &Value, shape: &[i64]) -> Value {
        let shape = self.list(shape);
        self.two("Reshape", value, &shape)
    }

    /// A dimension of one place more.
    pub(super) fn widen(&mut self, value: &Value, axis: i64) -> Value {
        let axes = self.list(&[axis]);
        self.two("Unsqueeze", value, &axes)
    }

    /// A sum over one axis.
    pub(super) fn sum(&mut self, value: &Value, axis: i64, keep: bool) -> Value {
        let axes = self.list(&[axis]);
        self.op("ReduceSum", &[value, &axes], vec![Attribute::whole("keepdims", keep.into())])
    }

    pub(super) fn softmax(&mut self, value: &Value) -> Value {
        self.op("Softmax", &[value], vec![Attribute::whole("axis", -1)])
    }

    /// Places of the last axis, `to` of `i64::MAX` being its end.
    pub(super) fn slice_last(&mut self, value: &Value, from: i64, to: i64) -> Value {
        let [from, to, axes] = [from, to, -1].map(|bound| self.list(&[bound]));
        self.op("Slice", &[value, &from, &to, &axes], Vec::new())
    }

    /// Whole numbers of flags.
    pub(super) fn counted(&mut self, flags: &Value) -> Value {
        self.op("Cast", &[flags], vec![Attribute::whole("to", Numbers::Whole as i64)])
    }

    /// A value as often as `like` has first places, whose other dimensions are given.
    pub(super) fn spread(&mut self, value: &Value, like: &Value, others: &[i64]) -> Value {
        let first = vec![Attribute::whole("start", 0), Attribute::whole("end", 1)];
        let first = self.op("Shape", &[like], first);
        let others = self.list(others);
        let shape = self.concat(0, &[&first, &others]);
        self.two("Expand", value, &shape)
    }
}

fn info(name: &str, numbers: Numbers, shape: &[Size]) -> ValueInfo {
    let dim = shape.iter().map(|size| Dimension { value: Some(size.clone()) }).collect();
    let tensor = TensorType { elem_type: Some(numbers as i32), shape: Some(Shape { dim }) };
    ValueInfo { name: Some(name.into()), kind: Some(Type { tensor_type: Some(tensor) }) }
}
