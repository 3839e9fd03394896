"""Papers that people hold in their hands: welcome sheets, and what the RGPD asks for."""
