package org.stoq.plugins;

import java.util.Locale;

/** What has become of a file in the folder of plug-ins. */
enum PluginState {
    /** It runs. */
    ACTIVE,
    /** It is being written, or has just been. */
    ARRIVING,
    /** It ends before the jar does. */
    INCOMPLETE,
    /** It is not let in. */
    REFUSED,
    /** It would be let in, and does not start. */
    FAILED,
    /** Another file holds a higher version of it. */
    SUPERSEDED;

    /** Returns the word for it that operators see. */
    String word() {
        return name().toLowerCase(Locale.ROOT);
    }
}
