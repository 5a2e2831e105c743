package org.stoq.bench.child;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.stoq.bench.contender.Contender;
import org.stoq.bench.contender.Tally;

class SoakConnectionsTest {
    private final List<Tally> opened = new ArrayList<>();
    private final List<Tally> closed = new ArrayList<>();
    private boolean refuses;

    private Contender.Connections open(Tally tally) throws IOException {
        if (refuses) {
            throw new IOException("nobody is there");
        }
        opened.add(tally);
        return () -> closed.add(tally);
    }

    private static Message look(SoakConnections soak) {
        return soak.look(Message.of("seen"));
    }

    @Test
    void bytesOfAllConnectionsAreAddedUp() throws IOException {
        SoakConnections soak = new SoakConnections(2, this::open);
        opened.get(0).verified(3);
        opened.get(1).verified(4);

        Message seen = look(soak);

        assertThat(seen.number("bytes")).isEqualTo(7);
        assertThat(seen.number("open")).isEqualTo(2);
        assertThat(seen.text("breaks")).isEmpty();
    }

    @Test
    void oneThatBreaksIsOpenedAnewAndTheOthersGoOn() throws IOException {
        SoakConnections soak = new SoakConnections(2, this::open);
        opened.get(1).verified(5);
        opened.get(1).broken("reading: QUIC error 0x3\nand more");

        Message seen = look(soak);
        opened.get(2).verified(6);

        assertThat(seen.text("breaks")).isEqualTo("connection 2: reading: QUIC error 0x3 and more");
        assertThat(closed).containsExactly(opened.get(1));
        assertThat(opened).hasSize(3);
        assertThat(look(soak).number("bytes")).isEqualTo(11);
        assertThat(look(soak).text("breaks")).isEmpty();
    }

    @Test
    void oneThatCannotBeOpenedAnewIsTriedAgain() throws IOException {
        SoakConnections soak = new SoakConnections(1, this::open);
        opened.getFirst().broken("gone");
        refuses = true;

        assertThat(look(soak).text("breaks"))
                .isEqualTo("connection 1: gone\nnot opened anew: nobody is there");
        assertThat(look(soak).number("open")).isZero();
        refuses = false;
        assertThat(look(soak).number("open")).isEqualTo(1);
    }

    @Test
    void aWrongByteIsTold() throws IOException {
        SoakConnections soak = new SoakConnections(1, this::open);
        opened.getFirst().corrupt("byte 5");

        assertThat(look(soak).text("corrupt")).isEqualTo("byte 5");
    }
}
