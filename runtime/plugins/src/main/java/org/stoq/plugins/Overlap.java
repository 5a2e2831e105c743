package org.stoq.plugins;

import java.util.Collection;
import org.osgi.framework.Bundle;
import org.osgi.framework.hooks.bundle.CollisionHook;
import org.osgi.framework.hooks.resolver.ResolverHook;
import org.osgi.framework.hooks.resolver.ResolverHookFactory;
import org.osgi.framework.wiring.BundleCapability;
import org.osgi.framework.wiring.BundleRequirement;
import org.osgi.framework.wiring.BundleRevision;

/**
 * Lets two versions of one plug-in be active side by side while the new one takes over, without
 * either seeing the other's classes.
 *
 * <p>The framework asks on whatever thread installs or resolves. Without state.
 */
final class Overlap implements CollisionHook, ResolverHookFactory, ResolverHook {
    @Override
    public void filterCollisions(int operation, Bundle target, Collection<Bundle> candidates) {
        candidates.removeIf(PluginBundles::isPlugin);
    }

    @Override
    public ResolverHook begin(Collection<BundleRevision> triggers) {
        return this;
    }

    @Override
    public void filterResolvable(Collection<BundleRevision> candidates) {}

    @Override
    public void filterSingletonCollisions(
            BundleCapability singleton, Collection<BundleCapability> candidates) {
        if (PluginBundles.isPlugin(singleton.getRevision().getBundle())) {
            candidates.removeIf(
                    candidate -> PluginBundles.isPlugin(candidate.getRevision().getBundle()));
        }
    }

    @Override
    public void filterMatches(
            BundleRequirement requirement, Collection<BundleCapability> candidates) {
        BundleRevision asking = requirement.getRevision();
        if (PluginBundles.isPlugin(asking.getBundle())) {
            candidates.removeIf(candidate -> isOtherVersion(asking, candidate.getRevision()));
        }
    }

    @Override
    public void end() {}

    private static boolean isOtherVersion(BundleRevision asking, BundleRevision other) {
        return PluginBundles.isPlugin(other.getBundle())
                && asking.getSymbolicName().equals(other.getSymbolicName())
                && asking.getBundle().getBundleId() != other.getBundle().getBundleId();
    }
}
