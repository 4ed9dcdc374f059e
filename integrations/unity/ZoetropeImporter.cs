// Sets up FBX files of Zoetrope as they are imported. Not tried in Unity itself: it follows the documented AssetPostprocessor interface.
//
// Install: copy this file into Assets/Editor. Files are ours where their path has a folder "Zoetrope" in it, or their name begins with
// "zt_". Words of the name, between underscores or hyphens, say more:
//
//     loop      the clip loops in time and in pose
//     inplace   the root stays: height and place are baked into the pose
//     root      root motion: nothing is baked but the height
using UnityEditor;

public class ZoetropeImporter : AssetPostprocessor
{
    static bool IsOurs(string path)
    {
        var name = System.IO.Path.GetFileName(path).ToLowerInvariant();
        return path.EndsWith(".fbx", System.StringComparison.OrdinalIgnoreCase) && (path.Contains("/Zoetrope/") || name.StartsWith("zt_"));
    }

    static bool Says(string path, string word)
    {
        var name = System.IO.Path.GetFileNameWithoutExtension(path).ToLowerInvariant();
        return System.Array.IndexOf(name.Split('_', '-', ' '), word) >= 0;
    }

    void OnPreprocessModel()
    {
        if (!IsOurs(assetPath)) return;
        var importer = (ModelImporter)assetImporter;
        importer.animationType = ModelImporterAnimationType.Human;
        importer.avatarSetup = ModelImporterAvatarSetup.CreateFromThisModel;
        importer.importCameras = false;
        importer.importLights = false;
    }

    void OnPreprocessAnimation()
    {
        if (!IsOurs(assetPath)) return;
        var importer = (ModelImporter)assetImporter;
        var clips = importer.defaultClipAnimations;
        bool loops = Says(assetPath, "loop"), inPlace = Says(assetPath, "inplace"), moves = Says(assetPath, "root");
        foreach (var clip in clips)
        {
            clip.loopTime = loops;
            clip.loopPose = loops;
            clip.lockRootHeightY = true;
            clip.keepOriginalPositionY = true;
            clip.lockRootRotation = !moves;
            clip.keepOriginalOrientation = true;
            clip.lockRootPositionXZ = inPlace;
            clip.keepOriginalPositionXZ = true;
        }
        importer.clipAnimations = clips;
    }
}
