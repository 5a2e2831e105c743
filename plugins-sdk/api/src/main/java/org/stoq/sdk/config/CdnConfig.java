package org.stoq.sdk.config;

import java.nio.file.Path;
import java.util.List;
import java.util.Optional;

/**
 * How content is cut, kept and spread.
 *
 * @param cacheSize how much content of other nodes is kept on disk
 * @param memoryCacheSize how much content is kept in memory
 * @param cachePolicy name of the strategy that decides what leaves a full cache
 * @param edgeNodes other nodes to connect to
 * @param replicationFactor how many nodes, this one included, shall hold what is published here
 * @param chunker name of the strategy that cuts objects into chunks
 * @param boundaryKey a file with the secret that moves the boundaries of chunks
 * @param compression {@code auto} to take whatever gains most, {@code none}, or one algorithm
 * @param zstdLevel how hard zstd tries
 * @param similarity whether chunks are stored as their difference from similar ones
 * @param store name of the chunk store
 */
@Table(value = CdnConfig.NAME, doc = "How content is cut, kept and spread.")
public record CdnConfig(
        @Key(
                        doc = "How much content of other nodes is kept on disk.",
                        fallback = "10GB",
                        unit = Unit.BYTES,
                        live = true)
                ByteSize cacheSize,
        @Key(
                        doc = "How much content is kept in memory.",
                        fallback = "64MB",
                        unit = Unit.BYTES,
                        live = true)
                ByteSize memoryCacheSize,
        @Key(
                        doc =
                                "Name of the strategy that decides what leaves a full cache:"
                                        + " adaptive, lru, lfu, s3fifo, sieve, gdsf, wtinylfu, or"
                                        + " that of a plug-in.",
                        fallback = "adaptive",
                        live = true,
                        pattern = StrategyName.PATTERN,
                        form = StrategyName.FORM)
                String cachePolicy,
        @Key(
                        doc = "Other nodes to connect to.",
                        example = "edge1:4433, edge2:4433",
                        live = true,
                        min = 1)
                List<HostPort> edgeNodes,
        @Key(
                        doc =
                                "How many nodes, this one included, shall hold what is published"
                                        + " here.",
                        fallback = "3",
                        live = true,
                        min = 1,
                        max = 1_000)
                int replicationFactor,
        @Key(
                        doc =
                                "Name of the strategy that cuts objects into chunks: fastcdc or"
                                        + " rabin.",
                        fallback = "fastcdc",
                        live = true,
                        pattern = StrategyName.PATTERN,
                        form = StrategyName.FORM)
                String chunker,
        @Key(
                        doc =
                                "A file of 32 bytes or more, the secret of a network, that moves the"
                                        + " boundaries of chunks. Nodes with different ones share no"
                                        + " chunks.",
                        example = "/etc/stoq/boundary.key",
                        live = true)
                Optional<Path> boundaryKey,
        @Key(
                        doc = "Compression of chunks; auto takes what gains most, chunk by chunk.",
                        fallback = "auto",
                        live = true,
                        oneOf = {"auto", "zstd", "lz4", "none"})
                String compression,
        @Key(
                        doc =
                                "How hard zstd tries: a higher level stores less and takes longer to"
                                        + " publish; reading stays as fast.",
                        fallback = "5",
                        live = true,
                        min = 1,
                        max = 19)
                int zstdLevel,
        @Key(
                        doc =
                                "Whether chunks that resemble earlier ones are stored as their"
                                        + " difference from them.",
                        fallback = "true",
                        live = true)
                boolean similarity,
        @Key(
                        doc = "Name of the chunk store.",
                        fallback = "segment",
                        pattern = StrategyName.PATTERN,
                        form = StrategyName.FORM)
                String store) {
    /** Name of the table. */
    public static final String NAME = "cdn";

    /** ConfigAdmin PID of the table. */
    public static final String PID = ConfigTable.PID_PREFIX + NAME;

    /** The table itself. */
    public static final ConfigTable<CdnConfig> TABLE = ConfigTable.of(CdnConfig.class);

    /**
     * Copies the list and checks ranges.
     *
     * @throws InvalidConfigException with everything that is wrong
     */
    public CdnConfig {
        edgeNodes = List.copyOf(edgeNodes);
        TABLE.require(
                cacheSize,
                memoryCacheSize,
                cachePolicy,
                edgeNodes,
                replicationFactor,
                chunker,
                boundaryKey,
                compression,
                zstdLevel,
                similarity,
                store);
    }
}
