"""Names of the labels of TotalSegmentator's task ``total``, version 2, for files that do not tell them."""

from __future__ import annotations

_ORGANS = """
spleen kidney_right kidney_left gallbladder liver stomach pancreas adrenal_gland_right adrenal_gland_left
lung_upper_lobe_left lung_lower_lobe_left lung_upper_lobe_right lung_middle_lobe_right lung_lower_lobe_right
esophagus trachea thyroid_gland small_bowel duodenum colon urinary_bladder prostate kidney_cyst_left
kidney_cyst_right sacrum
"""
_VERTEBRAE = ["S1", *(f"L{n}" for n in range(5, 0, -1)), *(f"T{n}" for n in range(12, 0, -1))]
_CERVICAL = [f"C{n}" for n in range(7, 0, -1)]
_VESSELS = """
heart aorta pulmonary_vein brachiocephalic_trunk subclavian_artery_right subclavian_artery_left
common_carotid_artery_right common_carotid_artery_left brachiocephalic_vein_left brachiocephalic_vein_right
atrial_appendage_left superior_vena_cava inferior_vena_cava portal_vein_and_splenic_vein iliac_artery_left
iliac_artery_right iliac_vena_left iliac_vena_right
"""
_LIMBS_AND_MUSCLES = """
humerus_left humerus_right scapula_left scapula_right clavicula_left clavicula_right femur_left femur_right
hip_left hip_right spinal_cord gluteus_maximus_left gluteus_maximus_right gluteus_medius_left
gluteus_medius_right gluteus_minimus_left gluteus_minimus_right autochthon_left autochthon_right
iliopsoas_left iliopsoas_right brain skull
"""
_RIBS = [f"rib_{side}_{n}" for side in ("left", "right") for n in range(1, 13)]

TOTAL_CLASSES: dict[str, int] = {
    name: value
    for value, name in enumerate(
        [
            *_ORGANS.split(),
            *(f"vertebrae_{level}" for level in _VERTEBRAE + _CERVICAL),
            *_VESSELS.split(),
            *_LIMBS_AND_MUSCLES.split(),
            *_RIBS,
            "sternum",
            "costal_cartilages",
        ],
        start=1,
    )
}

VERTEBRA = "vertebrae_"


def level_name(roi: str) -> str:
    """Return TotalSegmentator's name of a vertebra that is called by its level alone; other names as they are.

    Examples
    --------
    >>> level_name("L3"), level_name("t12"), level_name("hip_left"), level_name("L9")
    ('vertebrae_L3', 'vertebrae_T12', 'hip_left', 'L9')
    """
    full = f"{VERTEBRA}{roi.strip().upper()}"
    return full if full in TOTAL_CLASSES else roi
