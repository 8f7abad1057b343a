/** A link to a step of the tour, the page beside this one that follows one frame through bring-up. */

/** How many steps the tour has. */
export const TOUR_STEPS = 10;

/** @param step 1 to `TOUR_STEPS` */
export function TourLink({ step }: { readonly step: number }) {
  return (
    <a class="tour-link" href={`tour.html#step-${step}`} target="_blank" rel="noopener">
      Step {step} of the tour
    </a>
  );
}
