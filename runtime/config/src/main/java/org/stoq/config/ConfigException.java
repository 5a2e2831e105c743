package org.stoq.config;

import java.io.Serial;
import java.util.List;
import java.util.stream.Collectors;

/** A configuration that cannot be used, with everything that is wrong with it. */
public final class ConfigException extends Exception {
    @Serial private static final long serialVersionUID = 1L;

    private final transient List<ConfigFault> faults;

    /**
     * Creates an exception.
     *
     * @param faults at least one
     */
    public ConfigException(List<ConfigFault> faults) {
        super(faults.stream().map(ConfigFault::toString).collect(Collectors.joining("\n")));
        this.faults = List.copyOf(faults);
    }

    /** Returns what is wrong, in the order of the file. */
    public List<ConfigFault> faults() {
        return faults;
    }
}
