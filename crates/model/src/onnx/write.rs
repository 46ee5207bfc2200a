//! A model's graphs as files.

use prost::Message;

use super::encode::encode;
use super::graph::{Graph, Parameters};
use super::proto::{Entry, Model, OperatorSet};
use super::score::score;
use super::songs::songs;
use crate::config::NetworkConfig;
use crate::store::ModelFiles;

/// Version of ONNX's operators, and of the form of its files that came with it.
const OPERATORS: i64 = 17;
const FORM: i64 = 8;

/// Puts in what a graph computes.
type Fill = fn(&mut Graph, &NetworkConfig);

/// The files of a model, by name: `songs.onnx`, `encode.onnx` and `score.onnx`.
pub fn onnx(files: &ModelFiles) -> [(&'static str, Vec<u8>); 3] {
    let parameters = Parameters::of(&files.network);
    let graphs: [(&str, Fill); 3] = [
        ("songs", |graph, config| songs(graph, config.d_model)),
        ("encode", encode),
        ("score", score),
    ];
    let file = |(name, fill): (&str, Fill)| {
        let mut graph = Graph::new(name, &parameters);
        fill(&mut graph, &files.config);
        model(files, graph).encode_to_vec()
    };
    let [songs, encode, score] = graphs.map(file);
    [("songs.onnx", songs), ("encode.onnx", encode), ("score.onnx", score)]
}

fn model(files: &ModelFiles, graph: Graph) -> Model {
    let entry = |key: &str, value: &str| Entry { key: Some(key.into()), value: Some(value.into()) };
    Model {
        ir_version: Some(FORM),
        producer_name: Some("melody".into()),
        producer_version: Some(env!("CARGO_PKG_VERSION").into()),
        doc_string: None,
        graph: Some(graph.finish()),
        opset_import: vec![OperatorSet { domain: Some(String::new()), version: Some(OPERATORS) }],
        metadata_props: vec![
            entry("model", &files.manifest.name),
            entry("weights_sha256", &files.manifest.weights_sha256),
        ],
    }
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;

    use super::super::proto::{GraphProto, Numbers, Size, ValueInfo};
    use super::*;
    use crate::config::Sharing;
    use crate::heads::HeadOutputs;
    use crate::network::assembled::Network;
    use crate::store::load_shipped;

    /// The shipped model's files with a fresh network of this shape in it.
    fn files(config: NetworkConfig) -> ModelFiles {
        let device = Default::default();
        let shipped = load_shipped("default", &device).unwrap().unwrap();
        ModelFiles { network: Network::new(&config, 1, &device), config, ..shipped }
    }

    fn small(sharing: Sharing) -> NetworkConfig {
        NetworkConfig { song_buckets: 8, artist_buckets: 4, sharing, ..Default::default() }
    }

    fn parsed(files: &ModelFiles) -> [GraphProto; 3] {
        onnx(files).map(|(name, bytes)| {
            let model = Model::decode(bytes.as_slice()).unwrap();
            assert_eq!(model.opset_import[0].version, Some(17), "{name}");
            let told = &model.metadata_props[1];
            assert_eq!(told.value.as_ref(), Some(&files.manifest.weights_sha256), "{name}");
            model.graph.unwrap()
        })
    }

    /// A value's shape, as text.
    fn shape(values: &[ValueInfo], name: &str) -> String {
        let value = values.iter().find(|value| value.name.as_deref() == Some(name));
        let tensor = value.unwrap_or_else(|| panic!("{name} is there")).kind.clone().unwrap();
        let dims = tensor.tensor_type.unwrap().shape.unwrap().dim;
        let dims = dims.into_iter().map(|dim| match dim.value.unwrap() {
            Size::Fixed(size) => size.to_string(),
            Size::Any(name) => name,
        });
        dims.collect::<Vec<_>>().join(" ")
    }

    #[test]
    fn a_written_graph_reads_back_with_its_shapes() {
        let [songs, encode, score] = parsed(&files(small(Sharing::Mmoe)));
        assert_eq!(shape(&songs.input, "dense"), "songs 17");
        assert_eq!(shape(&songs.output, "vectors"), "songs 64");
        assert_eq!(shape(&encode.input, "history_songs"), "listeners plays 64");
        assert_eq!(shape(&encode.input, "history_mask"), "listeners plays");
        assert_eq!(shape(&encode.output, "keys"), "listeners 2 4 tokens 16");
        assert_eq!(shape(&score.input, "cross"), "listeners songs 15");
        let width = HeadOutputs::WIDTH;
        assert_eq!(shape(&score.output, "outputs"), format!("listeners songs {width}"));
        assert_eq!(shape(&score.output, "gates"), "listeners songs 3 4");
        // What encode puts out is what score takes, but for the songs.
        for value in &encode.output {
            let name = value.name.as_deref().unwrap();
            assert_eq!(shape(&score.input, name), shape(&encode.output, name));
        }
    }

    #[test]
    fn nothing_is_used_before_it_is_there_whatever_the_sharing() {
        for sharing in [Sharing::Mmoe, Sharing::SharedBottom, Sharing::Ple] {
            for graph in parsed(&files(small(sharing))) {
                let inputs = graph.input.iter().map(|input| input.name.clone());
                let stored = graph.initializer.iter().map(|stored| stored.name.clone());
                let given: Vec<String> = inputs.chain(stored).flatten().collect();
                let mut there: BTreeSet<String> = given.iter().cloned().collect();
                assert_eq!(there.len(), given.len(), "an input and a parameter of one name");
                for node in &graph.node {
                    let name = node.name.as_deref().unwrap();
                    assert!(node.input.iter().all(|input| there.contains(input)), "{name}");
                    assert!(node.output.iter().all(|out| there.insert(out.clone())), "{name}");
                }
                for tensor in &graph.initializer {
                    let places: i64 = tensor.dims.iter().product();
                    let wide = if tensor.data_type == Some(Numbers::Flag as i32) {
                        1
                    } else if tensor.data_type == Some(Numbers::Float as i32) {
                        4
                    } else {
                        8
                    };
                    let bytes = tensor.raw_data.as_ref().unwrap().len() as i64;
                    assert_eq!(bytes, places * wide, "{:?}", tensor.name);
                }
            }
        }
    }

    #[test]
    fn the_same_model_makes_the_same_files() {
        let files = files(small(Sharing::Ple));
        assert_eq!(onnx(&files), onnx(&files));
    }
}
