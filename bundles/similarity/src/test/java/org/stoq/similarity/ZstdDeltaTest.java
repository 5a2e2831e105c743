package org.stoq.similarity;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;
import org.stoq.sdk.StoqException;
import org.stoq.sdk.chunk.DeltaCompressor;
import org.stoq.testkit.DeltaCompressorContract;
import org.stoq.testkit.SeededBytes;

class ZstdDeltaTest extends DeltaCompressorContract {
    private final ZstdDelta delta = new ZstdDelta();

    @Override
    protected DeltaCompressor compressor() {
        return delta;
    }

    @Test
    void noNativeContextOutlivesTheComponent() throws StoqException {
        byte[] base = SeededBytes.words(1, 10_000);
        byte[] encoded = delta.compress(base, 0, base.length, base).orElseThrow();
        delta.decompress(encoded, base.length, base);
        assertThat(delta.idleContexts()).isEqualTo(1);
        delta.close();
        assertThat(delta.idleContexts()).isZero();
        // A use that was in flight when the component went.
        assertThat(delta.decompress(encoded, base.length, base)).isEqualTo(base);
        assertThat(delta.idleContexts()).isZero();
    }
}
