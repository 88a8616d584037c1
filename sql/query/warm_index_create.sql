CREATE INDEX warm_embedding_{dims} ON engram.warm
    USING hnsw ((embedding::{vector}.halfvec({dims})) {vector}.halfvec_cosine_ops)
    WHERE {vector}.vector_dims(embedding) OPERATOR(pg_catalog.=) {dims}
