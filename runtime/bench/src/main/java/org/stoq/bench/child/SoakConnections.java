package org.stoq.bench.child;

import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import org.jspecify.annotations.Nullable;
import org.stoq.bench.contender.Contender;
import org.stoq.bench.contender.Tally;

/**
 * Long connections of a client, each counted by itself: one that breaks is opened anew, and the
 * others go on. Belongs to one thread.
 */
final class SoakConnections {
    private final Opening opening;
    private final List<Place> places = new ArrayList<>();

    /** Bytes of connections that have ended. */
    private long endedBytes;

    /** Opens a connection with its streams, which count there. */
    @FunctionalInterface
    interface Opening {
        Contender.Connections open(Tally tally) throws IOException;
    }

    /** A connection, or the lack of one. */
    private static final class Place {
        private Tally tally = new Tally();
        private Contender.@Nullable Connections connection;
    }

    /**
     * Opens all.
     *
     * @throws IOException if one of them cannot be opened
     */
    SoakConnections(int count, Opening opening) throws IOException {
        this.opening = opening;
        for (int i = 0; i < count; i++) {
            Place place = new Place();
            place.connection = opening.open(place.tally);
            places.add(place);
        }
    }

    /**
     * Looks after each connection: {@code bytes} were verified so far, {@code open} stand, {@code
     * breaks} says in a line each what has ended since the last look; it was opened anew, or will
     * be tried again at the next look. {@code corrupt} is a byte that was wrong.
     */
    Message look(Message answer) {
        List<String> breaks = new ArrayList<>();
        Message told = answer;
        long bytes = endedBytes;
        int open = 0;
        for (int i = 0; i < places.size(); i++) {
            Place place = places.get(i);
            bytes += place.tally.verifiedBytes();
            Optional<String> corrupt = place.tally.corruption();
            if (corrupt.isPresent()) {
                told = told.with("corrupt", corrupt.get());
            }
            Optional<String> broken = place.tally.broken();
            if (broken.isPresent()) {
                breaks.add("connection %d: %s".formatted(i + 1, oneLine(broken.get())));
            }
            if (broken.isPresent() || place.connection == null) {
                reopen(place).ifPresent(why -> breaks.add("not opened anew: " + oneLine(why)));
            }
            open += place.connection == null ? 0 : 1;
        }
        return told.with("bytes", bytes)
                .with("open", open)
                .with("breaks", String.join("\n", breaks));
    }

    private Optional<String> reopen(Place place) {
        endedBytes += place.tally.verifiedBytes();
        Contender.Connections old = place.connection;
        // What the end of the old one breaks counts there, where nobody looks any more.
        place.tally = new Tally();
        place.connection = null;
        if (old != null) {
            old.close();
        }
        try {
            place.connection = opening.open(place.tally);
            return Optional.empty();
        } catch (IOException e) {
            return Optional.of(String.valueOf(e.getMessage()));
        }
    }

    private static String oneLine(String text) {
        return text.replace('\n', ' ');
    }
}
