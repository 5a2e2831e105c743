package org.stoq.client.session;

import java.time.Duration;
import org.stoq.sdk.frame.Settings;

/**
 * How a session behaves.
 *
 * @param settings what this side announces in SETTINGS
 * @param keepAlive how often a PING keeps the connection alive while it is needed; zero for never
 * @param alwaysNeeded whether the connection is needed without open streams too, as that between
 *     two nodes is, on which announcements come
 * @param initialRtt the round trip to assume before the first PING has come back
 * @param defaultDeadline deadline of calls that name none, and for the peer's SETTINGS to arrive
 */
public record SessionOptions(
        Settings settings,
        Duration keepAlive,
        boolean alwaysNeeded,
        Duration initialRtt,
        Duration defaultDeadline) {
    /** What a client uses where nothing else is said. */
    public static final SessionOptions DEFAULT =
            new SessionOptions(
                    Settings.DEFAULT,
                    Duration.ofSeconds(10),
                    false,
                    Duration.ofMillis(100),
                    Duration.ofSeconds(30));

    /** Returns the same options for a connection that is needed all the time. */
    public SessionOptions forPeers() {
        return new SessionOptions(settings, keepAlive, true, initialRtt, defaultDeadline);
    }
}
